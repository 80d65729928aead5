"""A command that the server refuses, or does not answer: whoever waits for its run is told."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import AsyncVisit, opened, read, started, whole
from tests.stream.thread_faults.stage import (
    JSON,
    Command,
    Stage,
    Wire,
    accepted,
    plays,
    refused,
    waited,
)
from tests.stream.thread_faults.story import EARLIER, OUTPUT, RUN, STORY, WHOLE, past
from tests.stream.thread_faults.together import AsyncTogether
from tests.transports.wire import Peer, response

from graphwire_core.errors import (
    BadRequestError,
    GraphwireError,
    InternalServerError,
    NotFoundError,
    RequestTimeout,
    ResponseValidationError,
    StreamError,
    StreamProtocolError,
    TransportError,
)
from graphwire_core.transports import Timeout

HASTY = Timeout(connect=5, read=0.3, write=5, pool=5)


def answered(data: bytes) -> Command:
    """Make an answer that is no answer to a command."""
    return lambda _, peer, __: peer.send(data)


ANSWERS: dict[str, tuple[Command, type[GraphwireError], str]] = {
    "a refusal": (refused("invalid_argument", "not so"), BadRequestError, "not so"),
    "a status in words": (refused("unknown_error", "404: Not here"), NotFoundError, "Not here"),
    "another refusal": (refused("not_supported", "never"), StreamError, "not_supported: never"),
    "status 500": (
        answered(response(b"broken", status="500 Internal Server Error")),
        InternalServerError,
        "broken",
    ),
    "a reset": (lambda _, peer, __: peer.reset(), TransportError, ""),
    "another command's answer": (
        answered(response(b'{"type":"success","id":77,"result":{}}', "content-type: a/json")),
        StreamProtocolError,
        "is not one to command",
    ),
    "an HTML 200": (
        answered(response(b"<html>Sign in</html>", "content-type: text/html")),
        ResponseValidationError,
        "Sign in",
    ),
    "half an answer": (
        answered(response(b'{"type":"success","id":1,', "content-type: a/json")),
        ResponseValidationError,
        "",
    ),
    "a list": (answered(response(b"[1]", "content-type: a/json")), StreamProtocolError, "list"),
    "a redirect": (
        answered(response(b"", "location: /elsewhere", status="307 Temporary Redirect")),
        ResponseValidationError,
        "redirect to /elsewhere",
    ),
    "silence": (lambda _, peer, __: peer.wait_closed(), RequestTimeout, ""),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_run_that_is_not_started_fails_those_who_wait_for_it(
    kind: str, answer: str
) -> None:
    command, error, words = ANSWERS[answer]
    with Stage(plays(), command=command) as stage:
        async with AsyncVisit(stage, kind, limits=HASTY) as thread:
            names = ("values", "text", "events")
            waiting = AsyncTogether(*[partial(read, thread, name) for name in names])
            await opened(thread, len(names))
            with pytest.raises(error, match=words or None):
                await started(thread)
            for outcome in await waiting.results():
                assert outcome.items == []
                assert isinstance(outcome.error, error)
                assert words in str(outcome.error)
            assert "no run" in repr(thread)
            stage.command = accepted
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_run_that_is_not_started_leaves_the_one_before_it_in_place(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE
            stage.command = refused("invalid_argument", "not so")
            with pytest.raises(BadRequestError):
                await started(thread)
            assert "completed" in repr(thread)
            assert (await read(thread, "output")).items == [OUTPUT]
            assert await whole(thread) == WHOLE


async def test_there_is_no_output_of_a_run_that_was_not_started(kind: str) -> None:
    with Stage(Wire.hold, command=refused("invalid_argument", "not so")) as stage:
        async with AsyncVisit(stage, kind) as thread:
            with pytest.raises(BadRequestError):
                await thread.run({"begin": True})
            outcome = await read(thread, "output")
            assert type(outcome.error) is StreamError
            assert "There is no run to wait for" in str(outcome.error)
    assert stage.subscriptions == []


async def test_what_is_asked_for_between_two_runs_is_read_of_the_next_from_its_start(
    kind: str,
) -> None:
    """A named channel is live only: the connection has to bring it before the run begins."""
    second = threading.Event()
    names = [EARLIER, RUN]

    def command(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        name = names.pop(0)
        if not names:
            second.set()
        answer = {"type": "success", "id": sent["id"], "result": {"run_id": name}}
        peer.send(response(json.dumps(answer).encode(), JSON))

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(past())
        waited(second)
        wire.tell(STORY)
        wire.hold()

    with Stage(act, command=command) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await started(thread)
            assert (await read(thread, "values")).items == [{"old": step} for step in range(3)]
            progress = thread.extensions["progress"]
            await started(thread)
            assert [one async for one in progress] == [{"name": "progress", "payload": 1}]
            assert await whole(thread) == WHOLE
