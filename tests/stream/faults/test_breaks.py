"""A loop left early, outside of a context: the stream is dropped, and its connection closed."""

from __future__ import annotations

import asyncio

import pytest
from tests.stream.faults._async.conftest import NAMES, client_of
from tests.stream.faults._sync.conftest import NAMES as SYNC_NAMES
from tests.stream.faults._sync.conftest import client_of as sync_client_of
from tests.stream.faults.stage import THREAD, Hold, Stage, stream
from tests.stream.scripted import events


class Enough(Exception):
    """Ends a loop."""


@pytest.mark.parametrize("transport", NAMES)
async def test_an_async_loop_that_is_left_closes_the_connection(transport: str) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2, 3), end=hold)) as stage:
        async with client_of(stage, transport) as client:
            async for part in client.runs.stream(THREAD, "agent"):
                if part.data == 2:
                    break
            assert await asyncio.to_thread(hold.is_closed)  # the loop closes a dropped generator
    assert (stage.connections, stage.questions) == (1, 0)


@pytest.mark.parametrize("transport", SYNC_NAMES)
def test_a_loop_that_is_left_closes_the_connection(transport: str) -> None:
    hold = Hold()
    with (
        Stage(stream(events(1, 2, 3), end=hold)) as stage,
        sync_client_of(stage, transport) as client,
    ):
        for part in client.runs.stream(THREAD, "agent"):
            if part.data == 2:
                break
        assert hold.is_closed()
    assert (stage.connections, stage.questions) == (1, 0)


@pytest.mark.parametrize("transport", NAMES)
async def test_an_error_in_an_async_loop_closes_the_connection(transport: str) -> None:
    hold = Hold()

    with Stage(stream(events(1, 2, 3), end=hold)) as stage:
        async with client_of(stage, transport) as client:

            async def fail() -> None:
                async for _ in client.runs.stream(THREAD, "agent"):
                    raise Enough

            with pytest.raises(Enough):
                await fail()
            assert await asyncio.to_thread(hold.is_closed)
    assert stage.connections == 1


@pytest.mark.parametrize("transport", SYNC_NAMES)
def test_an_error_in_a_loop_closes_the_connection(transport: str) -> None:
    hold = Hold()

    with (
        Stage(stream(events(1, 2, 3), end=hold)) as stage,
        sync_client_of(stage, transport) as client,
    ):

        def fail() -> None:
            for _ in client.runs.stream(THREAD, "agent"):
                raise Enough

        with pytest.raises(Enough):
            fail()
        assert hold.is_closed()
    assert stage.connections == 1
