"""Runs with their streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Unpack, overload

from graphwire_core import AsyncRuns, AttachedRunOptions
from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async._waiting import OnRunCreated
from graphwire_core._operations import runs as operations
from graphwire_core.models import RunCreateMetadata, StreamMode
from graphwire_stream import _operations
from graphwire_stream._async.run_stream import AsyncRunStream
from graphwire_stream._events import converter
from graphwire_stream.parts import StreamPart, StreamPartV2

__all__ = ["AsyncStreamingRuns"]


class AsyncStreamingRuns(AsyncRuns):
    """Runs of a server with their streams, as `client.runs`."""

    @overload
    def stream(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        version: Literal["v1"] = "v1",
        raise_on_error: bool = False,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> AsyncRunStream[StreamPart]: ...

    @overload
    def stream(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        version: Literal["v2"],
        raise_on_error: bool = False,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> AsyncRunStream[StreamPartV2]: ...

    def stream(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        version: Literal["v1", "v2"] = "v1",
        raise_on_error: bool = False,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> AsyncRunStream[Any]:
        """Start a run and stream its parts (`POST /threads/{thread_id}/runs/stream`).

        `thread_id=None` runs on a thread of its own. `version="v1"` yields `StreamPart(event, data,
        id)`, `"v2"` typed parts. A failed run ends with an `error` part, or raises `RunFailedError`
        under `raise_on_error`. What and how to run: see `AttachedRunOptions`.

        Raises:
            InvalidArgumentError: An argument cannot be sent; at the call.
            StreamInterrupted: The stream was cut; while iterating.
            StreamProtocolError: The answer is not an event stream; while iterating.
        """
        operation = operations.stream(thread_id, assistant_id, **options)
        return AsyncRunStream(
            self._sender,
            operation.customized(headers, params),
            converter(version),
            on_run_created=on_run_created,
            raise_on_error=raise_on_error,
        )

    def join_stream(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        cancel_on_disconnect: bool | None = None,
        stream_mode: StreamMode | Sequence[StreamMode] | None = None,
        last_event_id: str | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[StreamPart]:
        """Stream a run that exists (`GET /threads/{thread_id}/runs/{run_id}/stream`).

        Args:
            thread_id: UUID of the thread.
            run_id: UUID of the run.
            cancel_on_disconnect: Whether to cancel the run when this stream is closed early. Server
                default: no.
            stream_mode: Which events to receive. Default: all that the run emits.
            last_event_id: Begin after this event; `"-"` is the first of a resumable run.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = _operations.join_run(
            thread_id,
            run_id,
            cancel_on_disconnect=cancel_on_disconnect,
            stream_mode=stream_mode,
            last_event_id=last_event_id,
        )
        run = RunCreateMetadata(run_id=str(run_id), thread_id=str(thread_id))
        return AsyncRunStream(
            self._sender, operation.customized(headers, params), converter("v1"), run=run
        )
