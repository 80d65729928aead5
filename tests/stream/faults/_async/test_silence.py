"""A connection that says nothing: it counts as cut when the silence is longer than is borne."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from tests.stream.faults._async.reading import read
from tests.stream.faults.stage import THREAD, Act, Hold, Stage, stream
from tests.stream.scripted import event, events
from tests.transports.wire import Peer

from graphwire import AsyncClient
from graphwire_core.errors import InvalidArgumentError, StreamInterrupted
from graphwire_stream import _idle

Connect = Callable[[Stage], AsyncClient]

BEAT = b": heartbeat\r\n\r\n"
SILENCE = 2.0
"""Seconds that are borne here: a busy machine connects and answers within them."""


def beating(
    body: bytes, *, times: int, pause: float, then: Act, enough: threading.Event | None = None
) -> Act:
    """Make an act that sends heartbeats after a body, each after a pause, until it is enough."""
    ending = enough or threading.Event()  # nobody sets it: heartbeats are a matter of time

    def end(peer: Peer) -> None:
        for _ in range(times):
            if ending.wait(pause):
                break
            peer.send(b"%x\r\n%b\r\n" % (len(BEAT), BEAT))
        then(peer)

    return stream(body, end=end)


def more(body: bytes) -> Act:
    """End an act with more of the body, and its end."""
    return lambda peer: peer.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


async def test_a_silent_connection_is_closed_and_the_stream_goes_on(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2), end=hold), stream(events(2, 3))) as stage:
        run = connect(stage).runs.stream(
            THREAD, "agent", stream_resumable=True, idle_timeout=SILENCE
        )
        outcome = await read(run)
        assert hold.is_closed()
    assert outcome.error is None
    assert outcome.data == [1, 2, 3]
    assert stage.resumed_after == ["1-0"]
    assert run.gaps == []


async def test_heartbeats_count_as_life(connect: Connect) -> None:
    act = beating(events(1), times=8, pause=SILENCE / 5, then=more(events(2)))
    with Stage(act) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", idle_timeout=SILENCE)
        outcome = await read(run)
    assert outcome.error is None
    assert outcome.data == [1, 2]
    assert len(stage.streams) == 1


async def test_heartbeats_tell_how_long_a_silence_is_borne(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_idle, "_SHORTEST", SILENCE)
    learned = threading.Event()
    heard = _idle.IdleWindow.heard

    def note(window: _idle.IdleWindow, now: float, *, heartbeats: int, events: int) -> None:
        heard(window, now, heartbeats=heartbeats, events=events)
        if window.seconds is not None:  # a busy machine may hand over several heartbeats at once
            learned.set()

    monkeypatch.setattr(_idle.IdleWindow, "heard", note)
    hold = Hold()
    beats = beating(events(1, 2), times=100, pause=0.05, then=hold, enough=learned)
    with Stage(beats, stream(events(2, 3))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        began = time.monotonic()
        outcome = await read(run)
        assert hold.is_closed()
    assert outcome.data == [1, 2, 3]
    assert time.monotonic() - began < 9  # the clients here bear silence for 10 seconds
    assert stage.resumed_after == ["1-0"]


async def test_a_server_that_stays_silent_is_an_interruption(connect: Connect) -> None:
    acts = [stream(events(1, 2) if number == 0 else b"", end=Hold()) for number in range(6)]
    with Stage(*acts) as stage:
        run = connect(stage).runs.stream(
            THREAD, "agent", stream_resumable=True, idle_timeout=SILENCE / 4
        )
        outcome = await read(run)
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamInterrupted)
    assert "Neither event nor heartbeat" in outcome.message
    assert outcome.error.last_event_id == "2-0"
    assert len(stage.streams) == 6


async def test_silence_before_the_head_of_an_answer_is_one_too(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1, 2), end=Peer.close), hold, stream(events(2, 3))) as stage:
        run = connect(stage).runs.stream(
            THREAD, "agent", stream_resumable=True, idle_timeout=SILENCE
        )
        outcome = await read(run)
        assert hold.is_closed()
    assert outcome.data == [1, 2, 3]
    assert stage.resumed_after == ["1-0", "1-0"]


async def test_silence_of_a_run_without_ids_is_a_gap(connect: Connect) -> None:
    acts = stream(event(1, None), end=Hold()), stream(event(2, None))
    with Stage(*acts) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", idle_timeout=SILENCE)
        outcome = await read(run)
    assert outcome.data == [1, 2]
    assert [gap.parts for gap in run.gaps] == [1]
    assert stage.resumed_after == [None]


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), "5"])
async def test_what_is_no_time_is_refused_at_the_call(seconds: float, connect: Connect) -> None:
    with Stage() as stage:
        client = connect(stage)
        calls: list[Callable[..., Any]] = [
            partial(client.runs.stream, THREAD, "agent"),
            partial(client.runs.join_stream, THREAD, THREAD),
            partial(client.threads.join_stream, THREAD),
        ]
        for call in calls:
            with pytest.raises(InvalidArgumentError, match="idle_timeout: expected a positive"):
                call(idle_timeout=seconds)
    assert stage.connections == 0
