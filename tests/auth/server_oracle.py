"""Ask the real server's own functions; run as a process, because importing them changes much.

Reads `{"resolutions": [[keys, call], ...], "filters": [[filter, metadata], ...]}` from stdin and
prints the answers in the same shape.
"""

import json
import sys
from types import SimpleNamespace
from typing import Any


def main() -> None:
    from langgraph_api.auth.custom import _get_handler
    from langgraph_runtime_inmem.ops import _check_filter_match

    def resolve(keys: list[list[str]], call: list[str]) -> str | None:
        specific = {(r, a): [f"{r}.{a}"] for r, a in keys if (r, a) != ("*", "*")}
        everything = ["*.*"] if ["*", "*"] in keys else []
        auth: Any = SimpleNamespace(
            _handlers=specific, _global_handlers=everything, _handler_cache={}
        )
        ctx: Any = SimpleNamespace(resource=call[0], action=call[1])
        found: Any = _get_handler(auth, ctx)
        return found  # type: ignore[no-any-return]  # the names above stand for handlers

    asked = json.load(sys.stdin)
    answers = {
        "resolutions": [resolve(*each) for each in asked["resolutions"]],
        "filters": [_check_filter_match(metadata, flt) for flt, metadata in asked["filters"]],
    }
    print("ANSWERS", json.dumps(answers))


if __name__ == "__main__":
    main()
