"""The pure half of a run stream: which response is a stream, and what one event becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Literal, TypeVar
from urllib.parse import unquote

from pydantic_core import from_json

from graphwire_core._codec import Codecs
from graphwire_core._operation import Operation
from graphwire_core.errors import (
    InvalidArgumentError,
    NotFoundError,
    RunFailedError,
    StreamProtocolError,
)
from graphwire_core.models import RunCreateMetadata, StreamVersion
from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.parts import StreamPart, parse_part

__all__ = [
    "EXCERPT",
    "Convert",
    "converter",
    "data_of",
    "decoder",
    "failure_of",
    "is_stream",
    "missing_run",
    "named_run",
    "not_a_stream",
    "place",
]

P = TypeVar("P")

Convert = Callable[[str, Any, str | None], P]
"""Makes a part of an event's name, decoded data and id."""

EXCERPT = 500
"""Bytes of a body that an error shows."""

_THREAD = re.compile("/threads/([^/]+)/")

_CONVERTERS: dict[str, Convert[Any]] = {"v1": StreamPart, "v2": parse_part}


def converter(version: StreamVersion | Literal["v1", "v2"]) -> Convert[Any]:
    """Return what makes the parts of a version.

    Raises:
        InvalidArgumentError: There is no such version.
    """
    if version not in _CONVERTERS:
        raise InvalidArgumentError("version", "'v1' or 'v2'", repr(version))
    return _CONVERTERS[version]


def decoder(codecs: Codecs | None) -> Callable[[ServerSentEvent], Any]:
    """Return what decodes the data of events, with the codecs of a client."""
    if codecs is None:
        return data_of
    return lambda event: codecs.event(event.event, data_of(event))


def data_of(event: ServerSentEvent) -> Any:
    """Decode the data of an event; `None` when there is none.

    Raises:
        StreamProtocolError: It is not JSON.
    """
    data = event.data
    try:
        return from_json(data, cache_strings="keys")
    except ValueError as error:
        if not data or data.isspace():
            return None
        text = data.decode(errors="replace")  # the rule of event streams for what is no UTF-8
        if (repaired := text.encode()) != data:
            return data_of(event._replace(data=repaired))
        place = f" (id {event.id})" if event.has_id else ""
        raise StreamProtocolError(
            f"The data of event {event.event!r}{place} is not JSON: {text[:EXCERPT]!r}"
        ) from error


def is_stream(status_code: int, headers: Mapping[str, str]) -> bool:
    """Tell whether a response is an event stream."""
    kind = headers.get("content-type", "").lower()
    return status_code == HTTPStatus.OK and "text/event-stream" in kind


def not_a_stream(
    operation: Operation[Any], status_code: int, headers: Mapping[str, str], body: bytes
) -> StreamProtocolError:
    """Make the error of a response that is no event stream."""
    excerpt = body[:EXCERPT].decode(errors="replace")
    kind = headers.get("content-type", "no content type")
    return StreamProtocolError(
        f"Expected an event stream, got {kind}: {excerpt!r}",
        method=operation.method,
        path=operation.path,
        attempts=1,
        status_code=status_code,
        body=excerpt,
    )


def named_run(data: Any, operation: Operation[Any]) -> RunCreateMetadata | None:
    """Return the run that a `metadata` event names, on the thread that was asked for."""
    run_id = data.get("run_id") if isinstance(data, dict) else None
    if not isinstance(run_id, str):
        return None
    thread = _THREAD.match(operation.path)
    return RunCreateMetadata(run_id=run_id, thread_id=unquote(thread[1]) if thread else None)


def missing_run(event: ServerSentEvent, operation: Operation[Any]) -> NotFoundError | None:
    """Make the error of a run that is not there: joining one is answered by 200 and an event."""
    data = data_of(event) if event.event == "error" and not event.has_id else None
    message = data.get("message") if isinstance(data, dict) else None
    if not isinstance(message, str) or not message.startswith("404"):
        return None
    return NotFoundError(
        message,
        method=operation.method,
        path=operation.path,
        attempts=1,
        status_code=HTTPStatus.NOT_FOUND,
        body=data,
    )


def place(error: BaseException, given: int, cursor: str | None) -> None:
    """Say of something that is not valid which event was the last good one."""
    if isinstance(error, StreamProtocolError):
        known = "" if cursor is None else f", the last with id {cursor!r}"
        error.message += f"; good events before it: {given}{known}"


def failure_of(data: Any, run: RunCreateMetadata | None) -> RunFailedError:
    """Make the error of an `error` event."""
    known = data if isinstance(data, dict) else {}
    return RunFailedError(
        str(known.get("message") or data or "the run failed"),
        type=known.get("error"),
        run_id=run.run_id if run else None,
        thread_id=run.thread_id if run else None,
        body=data,
    )
