"""Event transports of others that raise what they should not: every reader is told, none waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from tests.stream.thread_faults._async.broken import AsyncBrokenTransport, ended
from tests.stream.thread_faults._async.reading import LIMITS, Outcome, opened, read, started
from tests.stream.thread_faults.stage import Stage, Wire
from tests.stream.thread_faults.story import STATES
from tests.stream.thread_faults.together import AsyncTogether

from graphwire import AsyncClient, get_client
from graphwire_core.errors import RequestTimeout, StreamError, StreamInterrupted
from graphwire_stream import AsyncThreadStream
from graphwire_stream._session import session

NAMES = ("values", "text", "output")


def opening(stage: Stage, transport: AsyncBrokenTransport) -> AsyncClient:
    return get_client(stage.url, timeout=LIMITS, plugins=[transport])


def stream_of(client: AsyncClient, timeout: float | None = 10) -> AsyncThreadStream:
    return client.threads.stream(assistant_id="agent", transport="broken", timeout=timeout)


async def read_over(transport: AsyncBrokenTransport) -> dict[str, Outcome]:
    """Read projections at once over a transport; afterwards nothing of it is open."""
    with Stage(Wire.hold) as stage:
        async with opening(stage, transport) as client, stream_of(client) as thread:
            assert [thread.values, thread.text()]
            together = AsyncTogether(*[partial(read, thread, name) for name in NAMES[:2]])
            await opened(thread, 2)
            await started(thread)
            transport.ready = True
            outcomes = [*await together.results(), await read(thread, "output")]
            assert transport.open == 0
    return dict(zip(NAMES, outcomes, strict=True))


def raising(error: Exception) -> Callable[[], Any]:
    def then() -> None:
        raise error

    return then


async def test_an_error_that_is_none_of_ours_is_the_cause_of_one() -> None:
    transport = AsyncBrokenTransport(raising(ZeroDivisionError("oh")))
    outcomes = await read_over(transport)
    for outcome in outcomes.values():
        assert type(outcome.error) is StreamError
        assert "failed: ZeroDivisionError: oh" in str(outcome.error)
        assert isinstance(outcome.error.__cause__, ZeroDivisionError)
    assert outcomes["values"].items == STATES[:1]


async def test_a_connection_that_cannot_be_made_is_told() -> None:
    transport = AsyncBrokenTransport(ended, on_connect=OSError("no route"))
    with Stage(Wire.hold) as stage:
        async with opening(stage, transport) as client, stream_of(client) as thread:
            await started(thread)
            for name in NAMES:
                outcome = await read(thread, name)
                assert type(outcome.error) is StreamError
                assert "no route" in str(outcome.error)
    assert transport.connections == len(NAMES)


async def test_a_timeout_of_the_transport_is_not_one_of_the_reader() -> None:
    transport = AsyncBrokenTransport(ended, on_connect=RequestTimeout("no answer in time"))
    with Stage(Wire.hold) as stage:
        async with opening(stage, transport) as client, stream_of(client, None) as thread:
            await started(thread)
            for name in NAMES:
                outcome = await read(thread, name)
                assert type(outcome.error) is RequestTimeout
                assert "no answer in time" in str(outcome.error)


@pytest.mark.parametrize("on_close", [OSError("closed twice"), StreamError("no")])
async def test_a_connection_that_cannot_be_closed_is_gone_all_the_same(
    on_close: Exception,
) -> None:
    transport = AsyncBrokenTransport(ended, on_close=on_close)
    outcomes = await read_over(transport)
    for outcome in outcomes.values():
        assert type(outcome.error) is StreamInterrupted
    assert outcomes["values"].items == STATES[:1]
    assert transport.connections >= session.RESUME.attempts


async def test_frames_that_are_no_objects_are_one_error() -> None:
    transport = AsyncBrokenTransport(lambda: [[1, 2]])  # type: ignore[list-item]  # the fault
    for outcome in (await read_over(transport)).values():
        assert isinstance(outcome.error, StreamError)
