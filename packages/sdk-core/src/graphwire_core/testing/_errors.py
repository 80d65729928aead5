"""Instances of every error, as the client would raise them."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import Any, TypeVar

from graphwire_core import errors
from graphwire_core._arguments import describe
from graphwire_core.testing._models import make_id

__all__ = ["make_error"]

E = TypeVar("E", bound=errors.GraphwireError)

_STATUSES: dict[type[errors.GraphwireError], int] = {
    errors.BadRequestError: 400,
    errors.AuthenticationError: 401,
    errors.PermissionDeniedError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.UnprocessableEntityError: 422,
    errors.RateLimitError: 429,
    errors.InternalServerError: 500,
    errors.APIStatusError: 405,
}
_MESSAGES: dict[type[errors.GraphwireError], str] = {
    errors.ConnectionFailed: "Could not connect to http://localhost:2024: Connection refused",
    errors.RequestTimeout: "Nothing could be read for 300.0 s",
    errors.TransportError: "The connection failed: ReadError",
    errors.StreamInterrupted: "The stream was cut and could not be resumed",
    errors.RunFailedError: "kaboom",
}
_REQUEST = {"method": "GET", "path": "/threads", "attempts": 1}


def make_error(kind: type[E], message: str | None = None, **facts: Any) -> E:
    """Make an error with the facts that the client would give it, and those that a test does.

    ```python
    mock.on("GET", "/threads/{thread_id}", make_error(NotFoundError, "no such thread"))
    ```

    Args:
        kind: A class of `graphwire_core.errors`.
        message: What went wrong. Default: something typical.
        **facts: What the constructor takes, such as `status_code`, `retry_after`, `cursor`.

    Raises:
        InvalidArgumentError: `kind` is no such class.
        TypeError: The class knows no such fact.
    """
    if not isinstance(kind, type) or not issubclass(kind, errors.GraphwireError):
        expected = "a class of graphwire_core.errors"
        raise errors.InvalidArgumentError("kind", expected, describe(kind))
    if issubclass(kind, errors.InvalidArgumentError):
        wrong = {"argument": "thread_id", "expected": "an id", "got": "an empty string"}
        return kind(**{**wrong, **facts})
    status = next((_STATUSES[one] for one in kind.__mro__ if one in _STATUSES), None)
    made: dict[str, Any] = {}
    if issubclass(kind, errors.TransportError | errors.APIStatusError | errors.StreamError):
        made = dict(_REQUEST)
    if status is not None:
        status = facts.get("status_code", status)
        message = message or HTTPStatus(status).phrase
        made |= {"status_code": status, "request_id": make_id(), "body": {"detail": message}}
    typical = (_MESSAGES[one] for one in kind.__mro__ if one in _MESSAGES)
    return kind(
        message or next(typical, f"{kind.__name__} of a test"), **{**made, **_own(kind), **facts}
    )


def _own(kind: type[errors.GraphwireError]) -> dict[str, Any]:
    """Return samples of the facts that a class knows beside those that all do."""
    samples: dict[str, Any] = {
        "cursor": "2-0",
        "excerpt": "{}",
        "field": "thread_id",
        "run_id": make_id(),
        "thread_id": make_id(),
        "type": "ValueError",
    }
    if issubclass(kind, errors.RateLimitError):
        return {"retry_after": 1.0}
    known = inspect.signature(kind).parameters
    return {name: sample for name, sample in samples.items() if name in known}
