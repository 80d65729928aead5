"""When a request is sent again: a table, and the sender that keeps to it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.core.recording import COLOURS, Answer, Recorder, Reply, json_reply
from tests.core.requests_table import RUN, THREAD

from graphwire_core import Retry
from graphwire_core.errors import (
    APIStatusError,
    ConnectionFailed,
    GraphwireError,
    InternalServerError,
    RequestTimeout,
    ResponseValidationError,
    TransportError,
)
from graphwire_core.retry import parse_retry_after

NEVER, BACKOFF = None, "backoff"


def status(code: int, retry_after: float | None = None) -> APIStatusError:
    return APIStatusError("no", status_code=code, retry_after=retry_after)


# The attempt that failed, how, whether it may be sent twice, and what follows.
DECISIONS: list[tuple[int, GraphwireError, bool, Any]] = [
    (1, ConnectionFailed("refused"), True, BACKOFF),
    (1, ConnectionFailed("refused"), False, BACKOFF),
    (1, ConnectionFailed("silent", timed_out=True), True, NEVER),
    (3, ConnectionFailed("refused"), True, NEVER),
    (1, TransportError("cut"), True, BACKOFF),
    (1, TransportError("cut"), False, NEVER),
    (1, RequestTimeout("late"), True, BACKOFF),
    (1, RequestTimeout("late"), False, NEVER),
    (2, TransportError("cut"), True, BACKOFF),
    (3, TransportError("cut"), True, NEVER),
    *((1, status(code), True, BACKOFF) for code in (408, 429, 502, 503, 504)),
    *((1, status(code), False, NEVER) for code in (408, 429, 502, 503, 504)),
    *((1, status(code), True, NEVER) for code in (400, 401, 403, 404, 409, 422, 500, 501)),
    (1, status(429, retry_after=7.5), True, 7.5),
    (1, status(429, retry_after=0.0), True, 0.0),
    (1, status(429, retry_after=60.0), True, 60.0),
    (1, status(429, retry_after=60.1), True, NEVER),
    (1, status(503, retry_after=float("inf")), True, NEVER),
    (1, status(429, retry_after=7.5), False, NEVER),
    (3, status(429, retry_after=7.5), True, NEVER),
    (1, ResponseValidationError("odd", status_code=200), True, NEVER),
    (1, GraphwireError("other"), True, NEVER),
]


@pytest.mark.parametrize(("attempt", "error", "idempotent", "expected"), DECISIONS)
def test_what_follows_a_failed_attempt(
    attempt: int, error: GraphwireError, *, idempotent: bool, expected: Any
) -> None:
    delay = Retry().delay(attempt, error, idempotent=idempotent)

    if expected is BACKOFF:
        assert delay is not None
        assert 0 <= delay <= 0.25 * 2 ** (attempt - 1)
    else:
        assert delay == expected


def test_the_bound_of_a_delay_doubles_up_to_its_maximum() -> None:
    retry = Retry(attempts=100_000, base_delay=1, max_delay=8)
    error = TransportError("cut")

    for attempt, bound in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (2000, 8), (99_999, 8)]:
        delays = [retry.delay(attempt, error, idempotent=True) or 0.0 for _ in range(300)]
        assert max(delays) <= bound
        assert max(delays) > bound * 0.8
        assert min(delays) < bound * 0.2


def test_other_statuses_and_attempts_can_be_chosen() -> None:
    retry = Retry(attempts=2, statuses=frozenset({500}))

    assert retry.delay(1, status(500), idempotent=True) is not None
    assert retry.delay(2, status(500), idempotent=True) is None
    assert retry.delay(1, status(503), idempotent=True) is None
    assert Retry(attempts=1).delay(1, ConnectionFailed("no"), idempotent=True) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("5", 5.0),
        (" 5 ", 5.0),
        ("5.5", None),
        ("-5", None),
        ("٣", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 20.0),
        ("Thu, 01 Jan 1970 01:00:30 +0100", 20.0),
        ("Thursday, 01-Jan-70 00:00:30 GMT", 20.0),
        ("Thu Jan  1 00:00:30 1970", 20.0),
        ("Thu, 01 Jan 1970 00:00:05 GMT", 0.0),
        ("Thu, 99 Jan 1970 00:00:05 GMT", None),
        ("Thu, 01 Jan 99999 00:00:05 GMT", None),
    ],
)
def test_retry_after_is_read_in_every_form_of_http(
    value: str | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")  # the date is UTC wherever it is read
    time.tzset()
    try:
        assert parse_retry_after(value, now=10.0) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()


QUICK = Retry(base_delay=0.0)
UNAVAILABLE = json_reply({"detail": "busy"}, 503)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "failures",
    [
        [UNAVAILABLE],
        [UNAVAILABLE, TransportError("cut")],
        [ConnectionFailed("refused"), Reply(b"<html>", 502)],
        [Reply(b'{"thread', cut=TransportError("cut"))],
        [json_reply({}, 429, retry_after="0"), RequestTimeout("late")],
    ],
)
def test_a_request_that_may_be_sent_twice_is_sent_until_it_is_answered(
    failures: list[Answer], colour: str
) -> None:
    recorder = Recorder(*failures, json_reply(THREAD))

    thread = COLOURS[colour](recorder, lambda client: client.threads.get("t"), retry=QUICK)

    assert thread.thread_id == "t"
    assert recorder.lines == ["GET /threads/t"] * (len(failures) + 1)
    assert all(response.closed for response in recorder.responses)


@pytest.mark.parametrize("colour", COLOURS)
def test_the_last_failure_is_raised_with_the_number_of_attempts(colour: str) -> None:
    recorder = Recorder(UNAVAILABLE, TransportError("cut"), UNAVAILABLE)

    with pytest.raises(InternalServerError, match="3 attempts") as caught:
        COLOURS[colour](recorder, lambda client: client.threads.get("t"), retry=QUICK)

    assert caught.value.attempts == 3
    assert (caught.value.method, caught.value.path) == ("GET", "/threads/t")


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "failure", [UNAVAILABLE, TransportError("cut"), Reply(b"{", cut=RequestTimeout("late"))]
)
def test_a_request_that_changes_something_is_sent_once(failure: Answer, colour: str) -> None:
    recorder = Recorder(failure)

    with pytest.raises(GraphwireError) as caught:
        COLOURS[colour](recorder, lambda client: client.runs.create("t", "a"), retry=QUICK)

    assert len(recorder.requests) == 1
    assert caught.value.attempts == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_a_request_of_which_nothing_was_sent_is_sent_again_in_any_case(colour: str) -> None:
    recorder = Recorder(ConnectionFailed("refused"), json_reply(RUN))

    run = COLOURS[colour](recorder, lambda client: client.runs.create("t", "a"), retry=QUICK)

    assert run.run_id == "r"
    assert recorder.bodies == [{"assistant_id": "a"}] * 2


@pytest.mark.parametrize("colour", COLOURS)
def test_without_a_policy_nothing_is_sent_again(colour: str) -> None:
    recorder = Recorder(ConnectionFailed("refused"))

    with pytest.raises(ConnectionFailed):
        COLOURS[colour](recorder, lambda client: client.threads.get("t"), retry=None)
    assert len(recorder.requests) == 1
