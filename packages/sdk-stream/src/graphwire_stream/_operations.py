"""Operations that open a stream on something that exists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from graphwire_core._arguments import Id, describe, header_fault, path_segment
from graphwire_core._checked import checked
from graphwire_core._operation import Operation, compact, query_of
from graphwire_core._reading import nothing
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import StreamMode, ThreadStreamMode
from graphwire_stream.resumption import RunCursor

__all__ = ["BEGINNING", "join_run", "join_thread", "resume_run"]

BEGINNING: Final = "0"
"""Cursor before the first event of a resumable run."""


def _stream(path: str, query: dict[str, str | bool], last_event_id: str | None) -> Operation[None]:
    headers = {"accept": "text/event-stream", "cache-control": "no-store"}
    if last_event_id:
        fault = header_fault("last-event-id", last_event_id)
        if fault is not None:
            raise InvalidArgumentError("last_event_id", fault[1], describe(last_event_id))
        headers["last-event-id"] = last_event_id
    return Operation(
        "GET", path, nothing, query=query_of("stream_mode", query), headers=headers, idempotent=True
    )


@checked
def join_run(
    thread_id: Id,
    run_id: Id,
    *,
    cancel_on_disconnect: bool | None = None,
    stream_mode: StreamMode | Sequence[StreamMode] | None = None,
    last_event_id: str | None = None,
) -> Operation[None]:
    if stream_mode is not None and not isinstance(stream_mode, str):
        # Of repeated keys the server reads only the last; a JSON array it reads whole.
        stream_mode = json.dumps(list(stream_mode))  # type: ignore[assignment]
    path = (
        f"/threads/{path_segment('thread_id', thread_id)}"
        f"/runs/{path_segment('run_id', run_id)}/stream"
    )
    query = compact(cancel_on_disconnect=cancel_on_disconnect, stream_mode=stream_mode)
    return _stream(path, query, last_event_id)


def resume_run(cursor: RunCursor, *, cancel_on_disconnect: bool | None) -> Operation[None]:
    """Join a run again, before the last event that a cursor knows."""
    return join_run(
        cursor.thread_id,
        cursor.run_id,
        cancel_on_disconnect=cancel_on_disconnect,
        stream_mode=cursor.stream_mode,  # type: ignore[arg-type]  # checked by `join_run`
        last_event_id=cursor.after or BEGINNING,
    )


@checked
def join_thread(
    thread_id: Id,
    *,
    stream_mode: ThreadStreamMode | Sequence[ThreadStreamMode] | None = None,
    last_event_id: str | None = None,
) -> Operation[None]:
    if stream_mode is not None and not isinstance(stream_mode, str):
        stream_mode = ",".join(stream_mode)  # type: ignore[assignment]
    path = f"/threads/{path_segment('thread_id', thread_id)}/stream"
    return _stream(path, compact(stream_modes=stream_mode), last_event_id)
