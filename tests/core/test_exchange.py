"""Answers to results and errors: every status, and every shape of body."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

import pytest
from tests.core.recording import COLOURS, Recorder, Reply, json_reply
from tests.core.requests_table import RUN, THREAD

from graphwire_core import errors
from graphwire_core._exchange import status_error
from graphwire_core.errors import APIStatusError, ResponseValidationError

CLASSES = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
}


@pytest.mark.parametrize("status", range(400, 600))
def test_every_status_from_400_on_is_its_error(status: int) -> None:
    error = status_error(status, {"x-request-id": "q"}, b'{"detail": "no"}')

    server = errors.InternalServerError if status >= 500 else APIStatusError
    assert type(error) is CLASSES.get(status, server)
    assert error.status_code == status
    assert error.request_id == "q"
    assert error.message == "no"
    assert error.body == {"detail": "no"}
    assert error.retry_after is None


# What the server said, and the message that is made of it; None is the status's own phrase.
BODIES: dict[str, tuple[bytes, str | None, Any]] = {
    "detail": (b'{"detail": "Thread not found"}', "Thread not found", ...),
    "message": (b'{"message": "m", "detail": "d", "error": "e"}', "m", ...),
    "empty message": (b'{"message": " ", "detail": "d"}', "d", ...),
    "error": (b'{"error": "e", "code": 5}', "e", ...),
    "nested error": (b'{"error": {"type": "x", "message": "inner"}}', "inner", ...),
    "nested detail": (b'{"detail": {"error": {"detail": "deep"}}}', "deep", ...),
    "no words": (b'{"code": 5, "message": 7, "detail": null}', None, ...),
    "validation details": (
        b'{"detail": [{"loc": ["body", "limit"], "msg": "too large"}, {"loc": [0], "msg": "bad"}]}',
        "body.limit: too large; 0: bad",
        ...,
    ),
    "bare list of details": (
        b'[{"msg": "bad"}, "worse", {"detail": "worst"}]',
        "bad; worse; worst",
        ...,
    ),
    "details without a place": (b'{"detail": [{"loc": null, "msg": "bad"}]}', "bad", ...),
    "details with an odd place": (b'{"detail": [{"loc": 5, "msg": 7}]}', "5: 7", ...),
    "empty list": (b"[]", None, ...),
    "list of nothing known": (b"[1, null, {}]", None, ...),
    "text of JSON": (b'"just text"', "just text", ...),
    "number": (b"5", None, ...),
    "null": (b"null", None, ...),
    "text": (b"Invalid namespace: it is empty\n", "Invalid namespace: it is empty", ...),
    "html": (b"<!DOCTYPE html><h1>502 Bad Gateway</h1>", None, ...),
    "empty": (b"", None, None),
    "spaces": (b" \n", None, None),
    "cut off": (b'{"detail": "Thread no', '{"detail": "Thread no', '{"detail": "Thread no'),
    "not text": (b"\xff\xfeno\x00", "\ufffd\ufffdno\x00", "\ufffd\ufffdno\x00"),
    "too deep": (b"[" * 5000, "[" * 500, "[" * 4000),
}


@pytest.mark.parametrize(("body", "message", "kept"), BODIES.values(), ids=BODIES)
def test_an_error_body_of_any_shape_is_kept_and_its_words_are_the_message(
    body: bytes, message: str | None, kept: Any
) -> None:
    error = status_error(422, {}, body)

    if kept is ...:
        try:
            kept = json.loads(body)
        except ValueError:
            kept = body.decode()
    assert type(error) is errors.UnprocessableEntityError
    assert error.message == (message or f"422 {HTTPStatus(422).phrase}")
    assert error.body == kept


def test_a_status_without_a_name_has_a_message_too() -> None:
    assert status_error(599, {}, b"").message == "599 HTTP error"
    assert status_error(499, {}, b"<html>").message == "499 HTTP error"


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"detail": "x" * 10_000_000}).encode(),
        json.dumps({"detail": [{"loc": ["y" * 10_000] * 9, "msg": "z" * 10_000}] * 9}).encode(),
        json.dumps([["x" * 10_000] * 20] * 20).encode(),
        b"x" * 10_000_000,
        b"\xff" * 10_000_000,
        b"<" + b"x" * 10_000_000,
    ],
    ids=["detail", "details", "lists", "text", "bytes", "html"],
)
def test_a_huge_error_body_makes_a_short_error(body: bytes) -> None:
    error = status_error(500, {"x-request-id": "q" * 1000}, body)

    assert len(error.message) <= 500
    assert len(str(error)) < 1000
    assert len(repr(error)) < 1000


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), (" 0 ", 0.0), ("9" * 400, float("inf")), ("-1", None), ("1.5", None), ("", None)],
)
def test_retry_after_in_seconds_is_read(value: str, seconds: float | None) -> None:
    assert status_error(429, {"retry-after": value}, b"").retry_after == seconds


def test_retry_after_as_a_date_is_read() -> None:
    later = datetime.now(UTC) + timedelta(seconds=100)

    error = status_error(503, {"retry-after": format_datetime(later, usegmt=True)}, b"")

    assert error.retry_after is not None
    assert 90 < error.retry_after <= 100


@pytest.mark.parametrize("colour", COLOURS)
def test_an_error_says_which_request_it_was(colour: str) -> None:
    recorder = Recorder(json_reply({"detail": "no"}, 404, x_request_id="q-1"))

    error = failed(colour, recorder, errors.NotFoundError, lambda client: client.threads.get("t"))

    assert (error.method, error.path, error.attempts) == ("GET", "/threads/t", 1)
    assert str(error) == "no (status 404, GET /threads/t, request id q-1)"
    assert recorder.responses[0].closed


HTML = Reply(b"<html>Sign in</html>", headers={"content-type": "text/html", "x-request-id": "q"})
MISFITS: dict[str, tuple[Reply, str, str | None]] = {
    "html": (HTML, "Expected JSON, got text/html: '<html>Sign in</html>'", None),
    "no content type": (Reply(b"oops"), "Expected JSON, got no content type: 'oops'", None),
    "cut off": (Reply(b'{"thread_id": "t'), "Expected JSON", None),
    "not text": (Reply(b"\xff\xfe"), "Expected JSON", None),
    "empty": (Reply(b""), "The response does not fit: body", ""),
    "null": (json_reply(None), "The response does not fit: body", ""),
    "list": (json_reply([THREAD]), "The response does not fit: body", ""),
    "field left out": (
        json_reply({key: value for key, value in THREAD.items() if key != "status"}),
        "The response does not fit: status: Field required",
        "status",
    ),
    "wrong type deep inside": (
        json_reply({**THREAD, "interrupts": {"task": [{"id": "i"}]}}),
        "The response does not fit: interrupts.task.0.value: Field required",
        "interrupts.task.0.value",
    ),
    "redirect": (
        Reply(b"", 307, {"location": "https://elsewhere.test/" + "x" * 9000}),
        "Unexpected redirect to https://elsewhere.test/xxx",
        None,
    ),
    "redirect to nowhere": (Reply(b"", 304), "Unexpected redirect to nowhere", None),
}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("reply", "message", "field"), MISFITS.values(), ids=MISFITS)
def test_an_answer_that_does_not_fit_says_where_and_shows_its_beginning(
    reply: Reply, message: str, field: str | None, colour: str
) -> None:
    recorder = Recorder(reply)

    error = failed(colour, recorder, ResponseValidationError, lambda c: c.threads.get("t"))

    assert error.message.startswith(message)
    assert error.field == field
    assert error.status_code == reply.status
    assert error.request_id == reply.headers.get("x-request-id")
    assert (error.method, error.path) == ("GET", "/threads/t")
    assert error.excerpt == reply.body.decode(errors="replace")[:500]
    assert len(str(error)) < 500


@pytest.mark.parametrize("colour", COLOURS)
def test_a_page_whose_row_does_not_fit_says_which(colour: str) -> None:
    recorder = Recorder(json_reply([RUN, {**RUN, "run_id": None}]))

    error = failed(colour, recorder, ResponseValidationError, lambda c: c.runs.list("t"))

    assert error.field == "1.run_id"


@pytest.mark.parametrize("colour", COLOURS)
def test_an_object_without_its_list_does_not_fit(colour: str) -> None:
    bodies: list[Any] = [{}, {"items": None}, {"items": {}}, None]
    for body in bodies:
        recorder = Recorder(json_reply(body))
        failed(colour, recorder, ResponseValidationError, lambda c: c.store.search_items([]))


@pytest.mark.parametrize("colour", COLOURS)
def test_the_body_of_an_answer_without_a_result_is_ignored(colour: str) -> None:
    for reply in (Reply(b"", 204), Reply(b"null"), json_reply({"ok": 1})):
        assert COLOURS[colour](Recorder(reply), lambda client: client.threads.delete("t")) is None


def test_the_clock_of_retry_after_is_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: datetime(2026, 1, 1, tzinfo=UTC).timestamp())

    error = status_error(503, {"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"}, b"")

    assert error.retry_after == 30


def failed(colour: str, recorder: Recorder, kind: type[Any], call: Any) -> Any:
    with pytest.raises(kind) as caught:
        COLOURS[colour](recorder, call)
    assert type(caught.value) is kind
    return caught.value
