"""The pure half of a run stream: which response is a stream, and what one event becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from pydantic_core import from_json

from graphwire_core._operation import Operation
from graphwire_core.errors import InvalidArgumentError, RunFailedError, StreamProtocolError
from graphwire_core.models import RunCreateMetadata, StreamVersion
from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.parts import StreamPart, parse_part

__all__ = ["EXCERPT", "Convert", "converter", "data_of", "failure_of", "not_a_stream", "part_of"]

P = TypeVar("P")

Convert = Callable[[str, Any, str | None], P]
"""Makes a part of an event's name, decoded data and id."""

EXCERPT = 500
"""Bytes of a body that an error shows."""

_CONVERTERS: dict[str, Convert[Any]] = {"v1": StreamPart, "v2": parse_part}


def converter(version: StreamVersion | Literal["v1", "v2"]) -> Convert[Any]:
    """Return what makes the parts of a version.

    Raises:
        InvalidArgumentError: There is no such version.
    """
    if version not in _CONVERTERS:
        raise InvalidArgumentError("version", "'v1' or 'v2'", repr(version))
    return _CONVERTERS[version]


def data_of(event: ServerSentEvent) -> Any:
    """Decode the data of an event; `None` when there is none.

    Raises:
        StreamProtocolError: It is not JSON.
    """
    if not event.data or event.data.isspace():
        return None
    try:
        return from_json(event.data, cache_strings="keys")
    except ValueError as error:
        excerpt = event.data[:EXCERPT].decode(errors="replace")
        raise StreamProtocolError(
            f"The data of event {event.event!r} (id {event.id}) is not JSON: {excerpt!r}"
        ) from error


def part_of(event: ServerSentEvent, data: Any, convert: Convert[P]) -> P:
    """Make the part of an event."""
    return convert(event.event, data, event.id)


def not_a_stream(
    operation: Operation[Any], status_code: int, content_type: str, body: bytes
) -> StreamProtocolError:
    """Make the error of a response that is no event stream."""
    excerpt = body[:EXCERPT].decode(errors="replace")
    return StreamProtocolError(
        f"Expected an event stream, got {content_type or 'no content type'}: {excerpt!r}",
        method=operation.method,
        path=operation.path,
        attempts=1,
        status_code=status_code,
        body=excerpt,
    )


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
