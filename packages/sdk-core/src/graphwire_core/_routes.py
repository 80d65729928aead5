"""Paths with their ids taken out, for names that stay few: of spans, of log lines."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["route_of"]

_IDS = {
    "a2a": "assistant_id",
    "assistants": "assistant_id",
    "crons": "cron_id",
    "runs": "run_id",
    "state": "checkpoint_id",
    "subgraphs": "namespace",
    "threads": "thread_id",
}
_WORDS = frozenset(
    ("batch", "cancel", "checkpoint", "count", "crons", "join", "prune", "search", "stream", "wait")
)


@lru_cache(maxsize=256)
def route_of(path: str) -> str:
    """Return a path with `{thread_id}` and the like in place of ids."""
    route: list[str] = []
    for segment in path.split("/"):
        parent = route[-1] if route else ""
        named = parent in _IDS and segment not in _WORDS and segment != ""
        route.append(f"{{{_IDS[parent]}}}" if named else segment)
    return "/".join(route)
