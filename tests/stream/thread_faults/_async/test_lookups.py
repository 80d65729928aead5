"""What a stream looks up beside its events, where the server does not answer as it should."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.stream.thread_faults._async.reading import AsyncVisit, Outcome, read, started, whole
from tests.stream.thread_faults.stage import JSON, Stage, Wire, plays
from tests.stream.thread_faults.story import OUTPUT, STATES, STORY, THREAD, WHOLE
from tests.transports.wire import Peer, response

from graphwire_core.errors import (
    GraphwireError,
    InternalServerError,
    PermissionDeniedError,
    ResponseValidationError,
    TransportError,
)

Answer = Callable[[Peer], None]


def answering(status: str, *headers: str, body: bytes = b"") -> Answer:
    return lambda peer: peer.send(response(body, *headers, status=status))


FAULTS: dict[str, tuple[Answer, type[GraphwireError]]] = {
    "503": (answering("503 Service Unavailable"), InternalServerError),
    "403": (answering("403 Forbidden"), PermissionDeniedError),
    "an HTML 200": (
        answering("200 OK", "content-type: text/html", body=b"<html>"),
        ResponseValidationError,
    ),
    "another form": (answering("200 OK", JSON, body=b"[7]"), ResponseValidationError),
    "no answer": (Peer.reset, TransportError),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_who_joins_is_told_why_not_and_may_try_again(kind: str, fault: str) -> None:
    answer, error = FAULTS[fault]
    with Stage(plays(known=len(STORY))) as stage:
        async with AsyncVisit(stage, kind, thread_id=THREAD) as thread:
            stage.lookups = answer
            for name in ("values", "text", "events", "output"):
                outcome = await read(thread, name)
                assert outcome.items == []
                assert type(outcome.error) is error or isinstance(outcome.error, TransportError)
            with pytest.raises(error):
                await thread.run.respond("yes")
            assert stage.subscriptions == []
            assert "no run" in repr(thread)
            stage.lookups = None
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_output_that_cannot_be_had_may_be_asked_for_again(kind: str, fault: str) -> None:
    answer, error = FAULTS[fault]
    with Stage(plays(), plays(known=len(STORY))) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await read(thread, "values") == Outcome(STATES)
            stage.lookups = answer
            outcome = await read(thread, "output")
            assert isinstance(outcome.error, error)
            stage.lookups = None
            assert await read(thread, "output") == Outcome([OUTPUT])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_run_that_cannot_be_asked_for_goes_on(kind: str, fault: str) -> None:
    """Its connection is dead from the beginning, and so is the question whether it is over."""

    def dead(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.hold()

    with Stage(dead, plays(known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            stage.lookups = FAULTS[fault][0]
            assert await read(thread, "values") == Outcome(STATES)
            assert stage.questions >= 1
