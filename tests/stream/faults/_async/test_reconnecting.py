"""What a server answers to a stream that goes on: it is asked again, or the stream says why not."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from tests.stream.faults._async.reading import read
from tests.stream.faults.stage import HEAD, JSON, THREAD, Act, Hold, Stage, refusal, stream
from tests.stream.scripted import RUN, events
from tests.transports.wire import Peer

from graphwire import AsyncClient
from graphwire_core.errors import (
    ConnectionFailed,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    ResponseValidationError,
    StreamInterrupted,
    StreamProtocolError,
    TransportError,
)

Connect = Callable[[Stage], AsyncClient]

CUT = stream(events(1, 2), end=Peer.close)
REST = stream(events(2, 3))
BUSY = refusal("503 Service Unavailable", body=b"later")
HTML = refusal("200 OK", "content-type: text/html", body=b"<html>Sign in</html>")
ELSEWHERE = [*HEAD[:2], "location: http://elsewhere.test/stream"]


def limited(seconds: int) -> Act:
    return refusal("429 Too Many Requests", f"retry-after: {seconds}")


async def streamed(stage: Stage, connect: Connect) -> list[int]:
    """Stream the run whole."""
    outcome = await read(connect(stage).runs.stream(THREAD, "agent", stream_resumable=True))
    assert outcome.error is None
    return outcome.data


async def interrupted(stage: Stage, connect: Connect) -> StreamInterrupted:
    """Stream the run up to the cut after its second event; return the error."""
    outcome = await read(connect(stage).runs.stream(THREAD, "agent", stream_resumable=True))
    assert outcome.data == [1, 2]
    assert isinstance(outcome.error, StreamInterrupted)
    assert outcome.error.last_event_id == "2-0"
    return outcome.error


def cut_head(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nconte")
    peer.close()


MENDED: dict[str, list[Act]] = {
    "503 once": [BUSY],
    "503 twice": [BUSY, BUSY],
    "503 as often as is borne": [BUSY, BUSY, BUSY, BUSY],
    "500": [refusal("500 Internal Server Error")],
    "429": [limited(0)],
    "no answer": [Peer.close],
    "a reset": [Peer.reset],
    "half a head": [cut_head],
    "a stream cut at once": [stream(end=Peer.close)],
    "a stream of heartbeats, cut": [stream(b": heartbeat\r\n\r\n" * 3, end=Peer.reset)],
}


@pytest.mark.parametrize("answers", MENDED)
async def test_the_stream_goes_on_after(answers: str, connect: Connect) -> None:
    with Stage(CUT, *MENDED[answers], REST) as stage:
        assert await streamed(stage, connect) == [1, 2, 3]
    assert stage.resumed_after == ["1-0"] * (len(MENDED[answers]) + 1)


FOR_EVER: dict[str, tuple[Act, type[Exception]]] = {
    "503": (BUSY, InternalServerError),
    "429": (limited(0), RateLimitError),
    "no answer": (Peer.reset, TransportError),
}


@pytest.mark.parametrize("answer", FOR_EVER)
async def test_the_stream_is_interrupted_by_five_times(answer: str, connect: Connect) -> None:
    act, cause = FOR_EVER[answer]
    with Stage(CUT, *[act] * 5) as stage:
        error = await interrupted(stage, connect)
    assert error.attempts == 6
    assert isinstance(error.__cause__, cause)
    assert stage.resumed_after == ["1-0"] * 5


async def test_a_stream_that_gets_on_may_be_cut_any_number_of_times(connect: Connect) -> None:
    cuts = [stream(events(number), end=Peer.close) for number in range(1, 13)]
    with Stage(*cuts, stream(events(13))) as stage:
        assert await streamed(stage, connect) == list(range(1, 14))
    assert stage.resumed_after == ["0", *(f"{number}-0" for number in range(1, 12))]


AT_ONCE: dict[str, tuple[Act, type[Exception], str]] = {
    "404": (refusal("404 Not Found", JSON, body=b'{"detail":"gone"}'), NotFoundError, "gone"),
    "an HTML 200": (HTML, StreamProtocolError, "text/html: '<html>Sign in"),
    "a redirect": (
        refusal("307 Temporary Redirect", "location: /elsewhere", HEAD[1]),
        ResponseValidationError,
        "Unexpected redirect to /elsewhere; redirects are not followed",
    ),
    "a Location elsewhere": (
        stream(events(3), head=ELSEWHERE),
        StreamProtocolError,
        "another origin",
    ),
    "a wait without end": (limited(3600), RateLimitError, "429"),
}


@pytest.mark.parametrize("answer", AT_ONCE)
async def test_the_stream_is_interrupted_at_once_by(answer: str, connect: Connect) -> None:
    act, cause, message = AT_ONCE[answer]
    with Stage(CUT, act) as stage:
        error = await interrupted(stage, connect)
    assert isinstance(error.__cause__, cause)
    assert message in str(error)
    assert stage.resumed_after == ["1-0"]


async def test_what_leads_elsewhere_is_closed(connect: Connect) -> None:
    hold = Hold()
    with Stage(CUT, stream(events(3), end=hold, head=ELSEWHERE)) as stage:
        await interrupted(stage, connect)
        assert hold.is_closed()


async def test_a_server_that_is_gone_interrupts_the_stream(connect: Connect) -> None:
    def leave(peer: Peer) -> None:
        stage.stop_listening()
        peer.close()

    with Stage(stream(events(1, 2), end=leave)) as stage:
        error = await interrupted(stage, connect)
    assert error.attempts == 6
    assert isinstance(error.__cause__, ConnectionFailed)
    assert len(stage.streams) == 1


async def test_the_server_may_ask_for_a_pause(connect: Connect) -> None:
    with Stage(CUT, limited(1), REST) as stage:
        started = time.monotonic()
        assert await streamed(stage, connect) == [1, 2, 3]
        assert time.monotonic() - started >= 1


async def test_the_stream_may_ask_for_a_pause(connect: Connect) -> None:
    cut = stream(events(1, 2), b"retry: 60\r\n\r\n", end=Peer.close)
    with Stage(cut, REST) as stage:
        started = time.monotonic()
        assert await streamed(stage, connect) == [1, 2, 3]
        assert time.monotonic() - started >= 0.06


async def test_a_joined_stream_repeats_its_filters(connect: Connect) -> None:
    with Stage(CUT, REST) as stage:
        joined = connect(stage).runs.join_stream(
            THREAD, RUN, stream_mode=["custom", "values"], cancel_on_disconnect=True
        )
        assert [part.data async for part in joined] == [1, 2, 3]
    first, second = stage.streams
    assert "stream_mode=" in first.line
    assert "cancel_on_disconnect=true" in first.line
    assert first.line == second.line
    assert stage.resumed_after == ["1-0"]
