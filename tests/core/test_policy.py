"""When a request is sent again, how long that is waited for, and when a call is given up."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest
from tests.core.recording import COLOURS, Recorder, Reply, json_reply
from tests.core.wire import WireServer

from graphwire_core import Client, Retry, Timeout
from graphwire_core.errors import (
    APIStatusError,
    ConnectionFailed,
    GraphwireError,
    RequestTimeout,
    TransportError,
)

OK = json_reply({"ok": True})
REFUSED = ConnectionFailed("refused")
SILENT = ConnectionFailed("silent", timed_out=True)
CUT = Reply(b"{", cut=TransportError("cut"))
LATE = RequestTimeout("late")


def refused(status: int, **headers: str) -> Reply:
    return Reply(b"{}", status, {name.replace("_", "-"): text for name, text in headers.items()})


@pytest.fixture(params=COLOURS)
def colour(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the drivers would have waited; the jitter is at its bound."""
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("graphwire_core._async._sender.asyncio.sleep", note)
    monkeypatch.setattr("graphwire_core._sync._sender.time.sleep", waited.append)
    monkeypatch.setattr("graphwire_core.retry.random.uniform", lambda _, bound: bound)
    return waited


def get(client: Any) -> Any:
    return client.server.ok()


def post(client: Any) -> Any:
    return client.request("POST", "/threads", json={})


@pytest.mark.parametrize(
    ("call", "failure", "attempts"),
    [
        *((get, refused(status), 3) for status in (408, 429, 502, 503, 504)),
        *((get, refused(status), 1) for status in (400, 401, 403, 404, 409, 422, 500, 501)),
        *((post, refused(status), 1) for status in (408, 429, 500, 502, 503, 504)),
        (get, REFUSED, 3),
        (post, REFUSED, 3),
        (get, SILENT, 1),
        (post, SILENT, 1),
        (get, LATE, 3),
        (post, LATE, 1),
        (get, CUT, 3),
        (post, CUT, 1),
    ],
)
def test_what_is_retried_is_worth_it_and_safe(
    colour: str, waits: list[float], call: Any, failure: Any, attempts: int
) -> None:
    recorder = Recorder(*[failure] * attempts)
    with pytest.raises(GraphwireError) as caught:
        COLOURS[colour](recorder, call, retry=Retry())
    assert len(recorder.requests) == attempts == caught.value.attempts
    assert waits == [0.25, 0.5][: attempts - 1]


def test_no_retry_is_made_where_none_is_wanted(colour: str, waits: list[float]) -> None:
    for failure in (refused(503), REFUSED, LATE):
        with pytest.raises(GraphwireError):
            COLOURS[colour](Recorder(failure), get, retry=None)
    assert waits == []


def test_an_answer_after_a_retry_is_the_answer(colour: str, waits: list[float]) -> None:
    recorder = Recorder(refused(503), REFUSED, OK)
    COLOURS[colour](recorder, get, retry=Retry())
    assert recorder.requests[0] == recorder.requests[2]
    assert waits == [0.25, 0.5]


def test_delays_double_up_to_their_bound(colour: str, waits: list[float]) -> None:
    recorder = Recorder(*[REFUSED] * 6, OK)
    COLOURS[colour](recorder, get, retry=Retry(attempts=7, base_delay=1, max_delay=10))
    assert waits == [1, 2, 4, 8, 10, 10]


def test_retry_after_is_obeyed_in_seconds_and_as_a_date(colour: str, waits: list[float]) -> None:
    date = formatdate(time.time() + 30, usegmt=True)
    recorder = Recorder(refused(429, retry_after="7"), refused(503, retry_after=date), OK)
    COLOURS[colour](recorder, get, retry=Retry())
    assert waits[0] == 7
    assert 20 < waits[1] <= 31


def test_a_retry_after_beyond_the_bound_is_the_caller_s_to_wait(
    colour: str, waits: list[float]
) -> None:
    with pytest.raises(APIStatusError) as caught:
        COLOURS[colour](Recorder(refused(429, retry_after="61")), get, retry=Retry())
    assert caught.value.retry_after == 61
    assert waits == []


def test_a_retry_that_would_end_too_late_is_not_waited_for(colour: str, waits: list[float]) -> None:
    limit = Timeout(total=5)
    with pytest.raises(APIStatusError):
        COLOURS[colour](Recorder(refused(429, retry_after="7")), get, retry=Retry(), timeout=limit)
    assert waits == []


def test_no_phase_of_a_call_may_last_beyond_its_total(colour: str) -> None:
    recorder = Recorder(OK)
    COLOURS[colour](recorder, get, timeout=Timeout(read=60, write=None, total=5))
    sent = recorder.requests[0].timeout
    assert (sent.connect, sent.write, sent.read, sent.pool) == pytest.approx((5, 5, 5, 5), rel=0.1)


def test_a_request_that_was_sent_is_not_sent_again_when_its_answer_is_lost() -> None:
    with WireServer(lambda *_: "close") as server:
        with Client(server.url, api_key=None) as client, pytest.raises(TransportError) as caught:
            client.threads.create()
        assert [one.line for one in server.seen] == ["POST /threads HTTP/1.1"]
    assert not isinstance(caught.value, ConnectionFailed)
    assert caught.value.attempts == 1


def test_a_call_of_its_own_timeout_keeps_the_policy_of_the_client(colour: str) -> None:
    recorder = Recorder(OK)

    def use(client: Any) -> Any:
        return client.with_options(timeout=2).server.ok()

    COLOURS[colour](recorder, use)
    assert recorder.requests[0].timeout == Timeout(2, 2, 2, 2)
