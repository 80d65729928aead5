"""Runs of the callers, started all at once: alone, each would wait a second for an idle queue."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from uuid import uuid4

from graphwire import Client

COLOURS = ["async_caller", "sync_caller"]


class Call(NamedTuple):
    """What a caller is to do, and for whom."""

    caller: str
    task: str
    user: str = "ada"


def results(client: Client, *calls: Call, **given: Any) -> dict[Call, Any]:
    """Run the callers; return what each has found."""

    def found(call: Call) -> Any:
        own = client.with_options(headers={"authorization": f"Bearer {call.user}-token"})
        values = own.runs.wait(
            None, call.caller, input={"task": call.task, "given": {"key": uuid4().hex, **given}}
        )
        assert isinstance(values, dict)
        return values["found"]

    with ThreadPoolExecutor(len(calls)) as pool:
        return dict(zip(calls, pool.map(found, calls), strict=True))
