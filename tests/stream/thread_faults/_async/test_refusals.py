"""What a server answers instead of events: it is asked again, or every reader is told why not."""

from __future__ import annotations

import time
from functools import partial

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    opened,
    read,
    read_all,
    started,
    whole,
)
from tests.stream.thread_faults.stage import JSON, Act, Stage, Wire, plays, refusal, waited
from tests.stream.thread_faults.story import OUTPUT, STATES, STORY, WHOLE
from tests.stream.thread_faults.together import AsyncTogether

from graphwire_core.errors import (
    AuthenticationError,
    ConnectionFailed,
    GraphwireError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ResponseValidationError,
    StreamInterrupted,
    StreamProtocolError,
    TransportError,
)
from graphwire_core.transports import Timeout
from graphwire_stream import AsyncThreadStream
from graphwire_stream._async.thread_stream.reader import AsyncReader
from graphwire_stream._session import session
from graphwire_stream.event_transports import _operations

NAMES = ("values", "text", "output")
BUSY = refusal("503 Service Unavailable", body=b"later")
REST = plays(known=6)


def cut(wire: Wire) -> None:
    """Send six events, and end when they were read."""
    wire.begin()
    wire.tell(STORY[:6])
    waited(wire.stage.go)
    wire.vanish()


def limited(seconds: int) -> Act:
    return refusal("429 Too Many Requests", f"retry-after: {seconds}")


def half_a_head(wire: Wire) -> None:
    wire.raw(b"HTTP/1.1 200 OK\r\nconte")
    wire.vanish()


def cut_at_once(wire: Wire) -> None:
    wire.begin()
    wire.vanish()


MENDED: dict[str, list[Act]] = {
    "503 once": [BUSY],
    "503 twice": [BUSY, BUSY],
    "503 as often as is borne": [BUSY] * 4,
    "500": [refusal("500 Internal Server Error")],
    "429": [limited(0)],
    "no answer": [Wire.vanish],
    "a reset": [Wire.reset],
    "half a head": [half_a_head],
    "a connection that is cut at once": [cut_at_once],
}


@pytest.mark.parametrize("answers", MENDED)
async def test_the_stream_goes_on_after(kind: str, answers: str) -> None:
    with Stage(cut, *MENDED[answers], REST) as stage:
        async with AsyncVisit(stage, kind) as thread:
            outcomes = await read_over_a_cut(stage, thread)
            assert outcomes["values"] == Outcome(STATES)
            assert outcomes["output"] == Outcome([OUTPUT])
            assert await whole(thread) == WHOLE


FOR_EVER: dict[str, tuple[Act, type[GraphwireError]]] = {
    "503": (BUSY, InternalServerError),
    "429": (limited(0), RateLimitError),
    "no answer": (Wire.vanish, TransportError),
}


@pytest.mark.parametrize("answer", FOR_EVER)
async def test_every_reader_is_interrupted_by_an_endless(kind: str, answer: str) -> None:
    act, cause = FOR_EVER[answer]
    with Stage(cut, act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            outcomes = await read_over_a_cut(stage, thread)
            for outcome in outcomes.values():
                assert isinstance(outcome.error, StreamInterrupted)
                assert isinstance(outcome.error.__cause__, cause)
                assert outcome.error.attempts == session.RESUME.attempts
            assert outcomes["values"].items == STATES[:1]
    assert len(stage.subscriptions) == session.RESUME.attempts


async def read_over_a_cut(stage: Stage, thread: AsyncThreadStream) -> dict[str, Outcome]:
    """Start a run, and read projections of one connection at once; it is cut meanwhile."""
    states, tokens = thread.values, thread.text()
    await started(thread)
    async with AsyncReader(states) as early:
        assert await anext(early) == STATES[0]
        together = AsyncTogether(*[partial(read, thread, name) for name in NAMES])
        await opened(thread, 1 + len(NAMES))
        stage.go.set()
        outcomes = dict(zip(NAMES, await together.results(), strict=True))
    assert tokens is not None
    return outcomes


async def test_a_server_that_is_gone_interrupts_every_reader(kind: str) -> None:
    def leave(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:6])
        waited(stage.go)
        stage.stop_listening()
        wire.vanish()

    with Stage(leave) as stage:
        async with AsyncVisit(stage, kind) as thread:
            for outcome in (await read_over_a_cut(stage, thread)).values():
                assert isinstance(outcome.error, StreamInterrupted)
                assert isinstance(outcome.error.__cause__, ConnectionFailed)


async def test_the_server_may_ask_for_a_pause() -> None:
    with Stage(cut, limited(1), REST) as stage:
        begun = time.monotonic()
        async with AsyncVisit(stage) as thread:
            outcomes = await read_over_a_cut(stage, thread)
            assert outcomes["values"] == Outcome(STATES)
        assert time.monotonic() - begun >= 1


async def test_a_pause_without_end_is_not_waited_for(kind: str) -> None:
    with Stage(cut, limited(3600)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            for outcome in (await read_over_a_cut(stage, thread)).values():
                assert isinstance(outcome.error, StreamInterrupted)
                assert isinstance(outcome.error.__cause__, RateLimitError)
    assert len(stage.subscriptions) == 2


HTML = refusal("200 OK", "content-type: text/html", body=b"<html>Sign in</html>")
REFUSALS: dict[str, tuple[Act, type[GraphwireError], str]] = {
    "401": (
        refusal("401 Unauthorized", JSON, body=b'{"detail":"who?"}'),
        AuthenticationError,
        "who",
    ),
    "403": (refusal("403 Forbidden", JSON, body=b'{"detail":"no"}'), PermissionDeniedError, "no"),
    "404": (refusal("404 Not Found", JSON, body=b'{"detail":"gone"}'), NotFoundError, "gone"),
    "an HTML 200": (HTML, StreamProtocolError, "<html>Sign in"),
    "a redirect": (
        refusal("307 Temporary Redirect", "location: /elsewhere"),
        ResponseValidationError,
        "Unexpected redirect to /elsewhere",
    ),
}


@pytest.mark.parametrize("answer", REFUSALS)
async def test_a_refusal_of_the_first_connection_reaches_every_reader(
    kind: str, answer: str
) -> None:
    act, error, words = REFUSALS[answer]
    with Stage(act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert outcome.items == []
                assert type(outcome.error) is error
                assert words in str(outcome.error)
            assert 1 <= len(stage.subscriptions) <= len(NAMES)


@pytest.mark.parametrize("answer", REFUSALS)
async def test_a_refusal_of_a_later_connection_reaches_every_reader(kind: str, answer: str) -> None:
    act, error, words = REFUSALS[answer]
    with Stage(cut, act) as stage:
        async with AsyncVisit(stage, kind) as thread:
            outcomes = await read_over_a_cut(stage, thread)
            for outcome in outcomes.values():
                assert type(outcome.error) is error
                assert words in str(outcome.error)
            assert outcomes["values"].items == STATES[:1]
    assert len(stage.subscriptions) == 2


async def test_a_server_that_is_busy_at_first_is_asked_as_the_client_retries(kind: str) -> None:
    with Stage(BUSY, BUSY, plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_server_that_is_busy_for_ever_is_given_up(kind: str) -> None:
    with Stage(BUSY) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert type(outcome.error) is InternalServerError
                assert outcome.error.attempts == 3


async def test_a_run_is_not_started_whose_events_cannot_come(kind: str) -> None:
    with Stage(BUSY) as stage:
        async with AsyncVisit(stage, kind) as thread:
            assert thread.values is not None  # so that it connects before the run starts
            with pytest.raises(InternalServerError, match="later"):
                await started(thread)
    assert not stage.commanded.is_set()


async def test_who_reads_after_a_refusal_begins_anew(kind: str) -> None:
    act, error, _ = REFUSALS["404"]
    with Stage(act, plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert type((await read(thread, "values")).error) is error
            assert await whole(thread) == WHOLE


async def test_an_answer_that_never_comes_is_an_error_of_every_reader(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_operations, "SILENCE", 0.1)

    def silent(wire: Wire) -> None:
        wire.peer.wait_closed()

    with Stage(silent) as stage:
        async with AsyncVisit(
            stage, kind, limits=Timeout(connect=5, read=0.1, write=5, pool=5)
        ) as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert isinstance(outcome.error, TransportError)
