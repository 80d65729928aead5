"""What a mock answers: a status, headers and a body, or a failure in place of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

from graphwire_core._arguments import describe
from graphwire_core._json import encode_json
from graphwire_core.errors import APIStatusError, ConfigurationError, GraphwireError
from graphwire_core.testing._calls import RecordedCall
from graphwire_core.testing._events import STREAM, Event

__all__ = ["Reply", "ReplySource", "check_source", "reply_of"]

_JSON = {"content-type": "application/json"}
_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    body: Sequence[bytes] = ()
    """The body in pieces, as they arrive."""
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    cut: GraphwireError | None = None
    """What the body ends with instead of its end, a `TransportError` say."""

    @classmethod
    def json(
        cls, value: Any, status_code: int = 200, headers: Mapping[str, str] | None = None
    ) -> Self:
        """Answer with JSON; models are sent as the server would send them.

        Raises:
            InvalidArgumentError: The value has no JSON form; the error names the path.
        """
        body = encode_json(value, argument="value")
        return cls((body,), status_code, {**_JSON, **_lower(headers)})

    @classmethod
    def error(
        cls, status_code: int, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> Self:
        """Refuse, as the server does; `detail` becomes the message of the error."""
        return cls.json({"detail": detail or f"status {status_code}"}, status_code, headers)

    @classmethod
    def events(
        cls,
        *events: Event,
        headers: Mapping[str, str] | None = None,
        cut: GraphwireError | None = None,
    ) -> Self:
        """Answer with a stream of events, each of which arrives by itself."""
        body = [event.encode() for event in events]
        return cls(body, headers={**STREAM, **_lower(headers)}, cut=cut)


ReplySource: TypeAlias = Reply | GraphwireError | Callable[[RecordedCall], Any] | Any
"""What a route answers: a `Reply`; an error, where an `APIStatusError` becomes the response that
leads to it and any other one is raised; `None` for 204; a function of the call that returns one of
these; anything else as JSON."""


def check_source(source: ReplySource) -> None:
    """Refuse what a route cannot answer.

    Raises:
        ConfigurationError: It is an error of somebody else's, or one without a status.
        InvalidArgumentError: It has no JSON form; the error names the path.
    """
    if isinstance(source, type):
        raise ConfigurationError(f"reply: expected an answer, got the class {source.__name__}")
    if not callable(source):
        _fixed(source)


def reply_of(source: ReplySource, call: RecordedCall) -> Reply | GraphwireError:
    """Return the answer to a call, or the error to raise in its place."""
    while callable(source):
        source = source(call)
    return _fixed(source)


def _fixed(source: Any) -> Reply | GraphwireError:
    if isinstance(source, Reply):
        return source
    if isinstance(source, APIStatusError):
        return _refusal(source)
    if isinstance(source, GraphwireError):
        return copy.copy(source)  # the client writes down in it which request it is of
    if isinstance(source, BaseException):
        raise ConfigurationError(
            f"reply: expected an error of graphwire_core.errors, got {describe(source)}"
        )
    return Reply(status_code=_NO_CONTENT) if source is None else Reply.json(source)


def _refusal(error: APIStatusError) -> Reply:
    if error.status_code is None:
        raise ConfigurationError(
            f"reply: {type(error).__name__} has no status_code; make_error() gives it one"
        )
    headers = {}
    if error.request_id is not None:
        headers["x-request-id"] = error.request_id
    if error.retry_after is not None:
        headers["retry-after"] = f"{error.retry_after:g}"
    body = {"detail": error.message} if error.body is None else error.body
    return Reply.json(body, error.status_code, headers)


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
