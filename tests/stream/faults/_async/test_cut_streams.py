"""A connection that ends where it should not: the stream goes on, or says what it has."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from tests.stream.faults._async.reading import read
from tests.stream.faults.stage import HEAD, JSON, THREAD, Act, Stage, finish, refusal, stream
from tests.stream.scripted import RUN, event, events
from tests.transports.wire import Peer

from graphwire import AsyncClient
from graphwire_core.errors import StreamInterrupted

Connect = Callable[[Stage], AsyncClient]

HALF = event(3)[:-9]
WITHOUT_IDS = event(1, None) + event(2, None)
UNNAMED = [line for line in HEAD if "location" not in line]
"""A head that names neither the run nor its stream."""

CUTS: dict[str, tuple[bytes, Act, bool]] = {
    "a reset between events": (b"", Peer.reset, True),
    "a reset inside an event": (HALF, Peer.reset, True),
    "a reset inside an event of a body without a length": (HALF, Peer.reset, False),
    "a close between events": (b"", Peer.close, True),
    "a close inside an event": (HALF, Peer.close, True),
    "an end in order inside an event": (HALF, finish, True),
    "an end in order inside an event of a body without a length": (HALF, Peer.close, False),
    "an end in order before the blank line of an event": (event(3)[:-2], finish, True),
}
"""What comes after two events, how the connection ends, and whether the body is chunked."""


@pytest.mark.parametrize("cut", CUTS)
async def test_a_resumable_stream_goes_on_after(cut: str, connect: Connect) -> None:
    rest, end, chunked = CUTS[cut]
    seen = threading.Event()
    first = stream(events(1, 2), rest, seen, end=end, chunked=chunked)
    with Stage(first, stream(events(2, 3, 4))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        outcome = await read(run, seen)
    assert outcome.error is None
    assert [(part.data, part.id) for part in outcome.parts] == [
        (1, "1-0"), (2, "2-0"), (3, "3-0"), (4, "4-0"),
    ]  # fmt: skip
    assert stage.resumed_after == ["1-0"]
    assert [request.line.split()[0] for request in stage.streams] == ["POST", "GET"]
    assert stage.questions == 1


@pytest.mark.parametrize("cut", CUTS)
async def test_a_stream_without_ids_goes_on_and_tells_of_a_gap_after(
    cut: str, connect: Connect
) -> None:
    rest, end, chunked = CUTS[cut]
    seen = threading.Event()
    first = stream(WITHOUT_IDS, rest, seen, end=end, chunked=chunked)
    with Stage(first, stream(event(5, None))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        outcome = await read(run, seen)
    assert outcome.error is None
    assert outcome.data == [1, 2, 5]
    [gap] = run.gaps
    assert gap.parts == 2
    assert "stream_resumable=True" in gap.reason
    assert run.cursor is None
    assert (stage.resumed_after, stage.questions) == ([None], 1)


@pytest.mark.parametrize("cut", CUTS)
async def test_a_stream_without_ids_that_may_have_no_gap_ends_with_an_error_after(
    cut: str, connect: Connect
) -> None:
    rest, end, chunked = CUTS[cut]
    seen = threading.Event()
    with Stage(stream(WITHOUT_IDS, rest, seen, end=end, chunked=chunked)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", on_gap="raise")
        outcome = await read(run, seen)
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamInterrupted)
    assert outcome.error.cursor is None
    assert (len(stage.streams), stage.questions) == (1, 0)


@pytest.mark.parametrize("chunked", [True, False])
async def test_what_had_arrived_when_the_connection_ended_is_read(
    connect: Connect, *, chunked: bool
) -> None:
    gone = threading.Event()

    def leave(peer: Peer) -> None:
        peer.close()
        gone.set()

    with Stage(stream(WITHOUT_IDS, HALF, end=leave, chunked=chunked)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", on_gap="raise")
        async with run:
            while not gone.is_set():  # noqa: ASYNC110  # another thread sets it
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)  # the client may know by now
            outcome = await read(run)
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamInterrupted)


@pytest.mark.parametrize("cut", CUTS)
async def test_the_stream_of_a_thread_goes_on_after(cut: str, connect: Connect) -> None:
    rest, end, chunked = CUTS[cut]
    seen = threading.Event()
    acts = [
        stream(events(1, 2), rest, seen, end=end, chunked=chunked, head=UNNAMED),
        stream(events(2, 3), head=UNNAMED),
        refusal("404 Not Found", JSON, body=b'{"detail":"the thread is gone"}'),
    ]
    with Stage(*acts) as stage:
        runs = connect(stage).threads.join_stream(THREAD)
        outcome = await read(runs, seen)
    assert outcome.data == [1, 2, 3]
    assert runs.gaps == []
    assert isinstance(outcome.error, StreamInterrupted)
    assert "the thread is gone" in outcome.message
    assert outcome.error.last_event_id == "3-0"
    assert (stage.resumed_after, stage.questions) == (["1-0", "2-0"], 0)


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("located", [True, False])
async def test_an_end_in_order_is_one_only_when_the_run_is_over(
    connect: Connect, *, chunked: bool, located: bool
) -> None:
    head = [line for line in HEAD if located or not line.startswith("location")]
    end = finish if chunked else Peer.close
    acts = [
        stream(pieces, end=end, chunked=chunked, head=head)
        for pieces in (events(1, 2), events(2, 3), events(3))
    ]
    with Stage(*acts, run=["pending", "running", "success"]) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        assert [part.data async for part in run] == [1, 2, 3]
    assert stage.resumed_after == ["1-0", "2-0"]
    assert stage.questions == 3


async def test_a_run_that_only_its_first_event_names_is_followed(connect: Connect) -> None:
    first = f'event: metadata\r\ndata: {{"run_id":"{RUN}","attempt":1}}\r\nid: 1-0\r\n\r\n'
    acts = [
        stream(first.encode() + events(2, 3), head=UNNAMED),
        stream(events(3, 4), head=UNNAMED),
    ]
    with Stage(*acts, run=["running", "success"]) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        assert [part.data async for part in run if part.event == "custom"] == [2, 3, 4]
    assert run.run_id == RUN
    assert (stage.resumed_after, stage.questions) == (["2-0"], 2)


async def test_an_end_in_order_of_a_running_run_without_ids_is_a_gap(connect: Connect) -> None:
    with Stage(stream(WITHOUT_IDS), run=["running"]) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", on_gap="raise")
        outcome = await read(run)
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamInterrupted)
    assert "the run was still going" in outcome.message
    assert len(stage.streams) == 1


@pytest.mark.parametrize("end", [finish, Peer.close, Peer.reset])
@pytest.mark.parametrize("name", ["end", "error"])
async def test_the_last_event_ends_the_stream_however_the_connection_ends(
    name: str, end: Act, connect: Connect
) -> None:
    last = f'event: {name}\r\ndata: {{"error":"E","message":"m"}}\r\n\r\n'.encode()
    seen = threading.Event()
    with Stage(stream(events(1), last, seen, end=end), run=["running"]) as stage:
        outcome = await read(connect(stage).runs.stream(THREAD, "agent"), seen)
    assert outcome.error is None
    assert [part.event for part in outcome.parts] == ["custom", name]
    assert (len(stage.streams), stage.questions) == (1, 0)


GONE = refusal("404 Not Found", JSON, body=b'{"detail":"no such run"}')
BUSY = refusal("503 Service Unavailable", body=b"later")


async def test_a_run_that_is_gone_is_over(connect: Connect) -> None:
    with Stage(stream(events(1, 2)), run=[GONE]) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        assert [part.data async for part in run] == [1, 2]
    assert (len(stage.streams), stage.questions) == (1, 1)


async def test_a_run_that_cannot_be_asked_for_is_not_over(connect: Connect) -> None:
    acts = stream(events(1, 2)), stream(events(2, 3))
    with Stage(*acts, run=[BUSY, BUSY, BUSY, "success"]) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        assert [part.data async for part in run] == [1, 2, 3]
    assert stage.resumed_after == ["1-0"]


@pytest.mark.parametrize(
    "answer",
    [
        refusal("403 Forbidden", JSON, body=b'{"detail":"no"}'),
        refusal("200 OK", "content-type: text/html", body=b"<html>"),
        refusal("302 Found", "location: /elsewhere"),
    ],
)
async def test_a_run_that_nobody_may_ask_for_leaves_the_stream_interrupted(
    answer: Act, connect: Connect
) -> None:
    with Stage(stream(events(1, 2)), run=[answer]) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        outcome = await read(run)
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamInterrupted)
    assert outcome.error.last_event_id == "2-0"
    assert len(stage.streams) == 1
