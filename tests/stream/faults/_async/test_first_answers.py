"""The first answer is no stream: one error, one request, and the run is not started again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.stream.faults._async.reading import read
from tests.stream.faults.stage import HEAD, JSON, THREAD, Act, Hold, Stage, refusal, stream
from tests.stream.scripted import RUN, events
from tests.transports.wire import Peer

from graphwire import AsyncClient
from graphwire_core.errors import (
    GraphwireError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    ResponseValidationError,
    StreamProtocolError,
    TransportError,
)

Connect = Callable[[Stage], AsyncClient]

ELSEWHERE = [*HEAD[:2], "location: http://elsewhere.test/stream"]
ANSWERS: dict[str, tuple[Act, type[GraphwireError], str]] = {
    "503": (refusal("503 Service Unavailable", body=b"later"), InternalServerError, "later"),
    "404": (refusal("404 Not Found", JSON, body=b'{"detail":"gone"}'), NotFoundError, "gone"),
    "429": (refusal("429 Too Many Requests", "retry-after: 7"), RateLimitError, "429"),
    "an HTML 200": (
        refusal("200 OK", "content-type: text/html", body=b"<html>Sign in</html>"),
        StreamProtocolError,
        "Expected an event stream, got text/html: '<html>Sign in</html>'",
    ),
    "nothing": (refusal("204 No Content"), StreamProtocolError, "got no content type"),
    "a redirect": (
        refusal("307 Temporary Redirect", "location: /elsewhere", HEAD[1]),
        ResponseValidationError,
        "Unexpected redirect to /elsewhere; redirects are not followed",
    ),
    "a Location elsewhere": (
        stream(events(1), head=ELSEWHERE),
        StreamProtocolError,
        "Refusing a Location of another origin: 'http://elsewhere.test/stream'",
    ),
    "a close": (Peer.close, TransportError, "The connection failed"),
    "a reset": (Peer.reset, TransportError, "The connection failed"),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_run_is_started_once_whatever_the_answer(answer: str, connect: Connect) -> None:
    act, kind, message = ANSWERS[answer]
    with Stage(act) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        outcome = await read(run)
    assert outcome.parts == []
    assert type(outcome.error) is kind
    assert message in outcome.message
    assert len(stage.streams) == 1
    assert run.last_event_id is None


@pytest.mark.parametrize("answer", ANSWERS)
async def test_entering_the_context_raises_it_too(answer: str, connect: Connect) -> None:
    act, kind, message = ANSWERS[answer]
    with Stage(act) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        with pytest.raises(kind) as error:
            async with run:
                pytest.fail("there is no stream to enter")
        assert [part async for part in run] == []
    assert message in error.value.message
    assert len(stage.streams) == 1


async def test_a_refusal_says_how_long_to_wait(connect: Connect) -> None:
    act, _, _ = ANSWERS["429"]
    with Stage(act) as stage:
        outcome = await read(connect(stage).runs.stream(THREAD, "agent"))
    assert outcome.error is not None
    assert outcome.error.retry_after == 7
    assert (outcome.error.method, outcome.error.attempts) == ("POST", 1)
    assert outcome.error.path == f"/threads/{THREAD}/runs/stream"


async def test_a_stream_that_leads_elsewhere_is_closed(connect: Connect) -> None:
    hold = Hold()
    with Stage(stream(events(1), end=hold, head=ELSEWHERE)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        with pytest.raises(StreamProtocolError, match="another origin"):
            await anext(run)
        assert hold.is_closed()
    assert stage.connections == 1


async def test_joining_is_tried_again_since_it_starts_nothing(connect: Connect) -> None:
    busy, _, _ = ANSWERS["503"]
    with Stage(busy, Peer.close, stream(events(1, 2))) as stage:
        joined = connect(stage).runs.join_stream(THREAD, RUN)
        assert [part.data async for part in joined] == [1, 2]
    assert len(stage.streams) == 3


async def test_the_names_of_the_content_type_have_no_case(connect: Connect) -> None:
    head = [HEAD[0], "Content-Type: Text/Event-Stream", *HEAD[2:]]
    with Stage(stream(events(1, 2), head=head)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        assert [part.data async for part in run] == [1, 2]
