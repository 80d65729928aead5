"""What a server sends again is told from what is new, and nothing new is taken for a repetition."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.stream.faults.stage import THREAD, Stage, stream
from tests.stream.scripted import event, events
from tests.transports.wire import Peer

from graphwire import AsyncClient

Connect = Callable[[Stage], AsyncClient]


async def read(connect: Connect, *bodies: bytes) -> list[int]:
    """Stream a run whose connection is cut after every body but the last; return what came."""
    acts = [stream(body, end=Peer.close) for body in bodies[:-1]]
    with Stage(*acts, stream(bodies[-1])) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        seen = [part.data async for part in run]
    assert len(stage.streams) == len(bodies)
    return seen


@pytest.mark.parametrize("count", [1, 10, 12_000])
async def test_a_replay_of_everything_comes_once(count: int, connect: Connect) -> None:
    many = events(*range(1, count + 1))
    seen = await read(connect, many, many + events(count + 1))
    assert seen == list(range(1, count + 2))


async def test_a_replay_after_every_cut_comes_once(connect: Connect) -> None:
    bodies = [events(*range(1, count + 1)) for count in (3, 4, 4, 9)]
    assert await read(connect, *bodies) == list(range(1, 10))


async def test_a_long_replay_of_events_that_share_milliseconds_comes_once(
    connect: Connect,
) -> None:
    many = b"".join(event(number, f"{number // 7}-0") for number in range(12_000))
    seen = await read(connect, many, many + event(12_000, "1714-0") + event(12_001, "1715-0"))
    assert seen == list(range(12_002))


async def test_events_that_share_a_millisecond_with_the_last_one_are_new(connect: Connect) -> None:
    first = event(1, "1-0") + event(2, "2-0")
    second = event(2, "2-0") + event(3, "2-0") + event(4, "2-0")
    assert await read(connect, first, second) == [1, 2, 3, 4]


async def test_events_of_an_orderless_replay_come_once(connect: Connect) -> None:
    many = b"".join(event(number, f"event-{number}") for number in range(3_000))
    seen = await read(connect, many, many + event(3_000, "event-3000"))
    assert seen == list(range(3_001))


async def test_ids_out_of_order_are_delivered_as_they_come(connect: Connect) -> None:
    seen = await read(connect, events(5, 3, 9, 4), events(9, 4, 2, 8, 10, 7), events(7, 1))
    assert seen == [5, 3, 9, 4, 2, 8, 10, 7, 1]


async def test_what_is_repeated_on_one_connection_is_delivered_as_it_comes(
    connect: Connect,
) -> None:
    assert await read(connect, events(1, 2, 2, 1, 3)) == [1, 2, 2, 1, 3]


async def test_an_event_without_an_id_is_never_taken_for_another(connect: Connect) -> None:
    first = events(1) + event(7, None) + events(2)
    second = events(2) + event(7, None) + event(7, None)
    assert await read(connect, first, second) == [1, 7, 2, 7, 7]
