"""A thread stream on the stage, and reading its projections to whatever end they have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Any

from tests.stream.thread_faults.stage import Stage
from tests.stream.thread_faults.story import WHOLE
from tests.stream.thread_faults.together import AsyncTogether, tasks_left
from tests.transports.wire import PATIENCE

from graphwire import get_client
from graphwire_core.errors import GraphwireError
from graphwire_core.retry import Retry
from graphwire_core.transports import Timeout
from graphwire_stream import AsyncThreadStream

__all__ = [
    "LIMITS",
    "AsyncVisit",
    "Outcome",
    "opened",
    "reached",
    "read",
    "read_all",
    "started",
    "whole",
]

LIMITS = Timeout(connect=PATIENCE, read=PATIENCE, write=PATIENCE, pool=PATIENCE)


class AsyncVisit:
    """A thread stream of a client of its own; when it is left, nothing of it is left behind."""

    def __init__(
        self,
        stage: Stage,
        kind: str = "sse",
        *,
        way: str | None = None,
        limits: Timeout = LIMITS,
        settings: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._stage = stage
        retry = Retry(base_delay=0, max_delay=0)
        made_with: dict[str, Any] = {"transport": way, "timeout": limits, **(settings or {})}
        self.client = get_client(stage.url, retry=retry, **made_with)
        given = {"assistant_id": "agent", "timeout": PATIENCE, "transport": kind, **options}
        self.thread = self.client.threads.stream(**given)

    async def __aenter__(self) -> AsyncThreadStream:
        return await self.thread.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.thread.aclose()
        left = self._stage.is_left()
        tasks = tasks_left()
        await self.client.aclose()
        if error is None:
            assert left, "a connection was not closed"
            assert tasks == []


@dataclass
class Outcome:
    """What a projection gave."""

    items: list[Any] = field(default_factory=list)
    error: GraphwireError | None = None
    """What ended it, if something did."""


async def _values(thread: AsyncThreadStream, items: list[Any]) -> None:
    async for state in thread.values:
        items.append(state)  # noqa: PERF401  # it may end in an error


async def _text(thread: AsyncThreadStream, items: list[Any]) -> None:
    async for piece in thread.text():
        items.append(piece)  # noqa: PERF401  # it may end in an error


async def _messages(thread: AsyncThreadStream, items: list[Any]) -> None:
    async for message in thread.messages:
        items.append((message.id, await message.text.get()))  # noqa: PERF401  # it may end in an error


async def _tool_calls(thread: AsyncThreadStream, items: list[Any]) -> None:
    async for call in thread.tool_calls:
        items.append((call.name, call.input, await call.output))  # noqa: PERF401  # it may end in an error


async def _subgraphs(thread: AsyncThreadStream, items: list[Any]) -> None:
    async for child in thread.subgraphs:
        states = [state async for state in child.values]
        items.append((child.namespace, child.status, states))


async def _events(thread: AsyncThreadStream, items: list[Any]) -> None:
    async for event in thread.events:
        data = event.model_dump(exclude_unset=True)["params"]["data"]
        if event.method != "custom":
            items.append((event.method, event.namespace, data))


async def _output(thread: AsyncThreadStream, items: list[Any]) -> None:
    items.append(await thread.output)


READERS: dict[str, Callable[[AsyncThreadStream, list[Any]], Any]] = {
    "values": _values,
    "text": _text,
    "messages": _messages,
    "tool_calls": _tool_calls,
    "subgraphs": _subgraphs,
    "events": _events,
    "output": _output,
}


async def read(thread: AsyncThreadStream, name: str) -> Outcome:
    """Read one projection to its end."""
    outcome = Outcome()
    try:
        await READERS[name](thread, outcome.items)
    except GraphwireError as error:
        outcome.error = error
    return outcome


async def read_all(
    thread: AsyncThreadStream, names: Collection[str] = tuple(WHOLE)
) -> dict[str, Outcome]:
    """Read projections to their ends, all at once."""
    together = AsyncTogether(*[partial(read, thread, name) for name in names])
    return dict(zip(names, await together.results(), strict=True))


async def whole(thread: AsyncThreadStream) -> dict[str, Any]:
    """Read every projection at once; none of them ends with an error."""
    outcomes = await read_all(thread)
    assert {name: repr(one.error) for name, one in outcomes.items() if one.error} == {}
    read = {name: outcome.items for name, outcome in outcomes.items()}
    return {**read, "output": read["output"][0]}


async def opened(thread: AsyncThreadStream, number: int) -> None:
    """Wait until so many projections are being read."""
    end = monotonic() + PATIENCE
    while sum(len(one.consumers) for one in thread.session._readings) < number:
        assert monotonic() < end, "they were not opened"
        await asyncio.sleep(0.001)


async def reached(stage: Stage) -> None:
    """Wait until the act has come to the place."""
    end = monotonic() + PATIENCE
    while not stage.reached.is_set():
        assert monotonic() < end, "it was not reached"
        await asyncio.sleep(0.001)


async def started(thread: AsyncThreadStream) -> None:
    """Start the run of the stage."""
    await thread.run.start(input={"begin": True})
