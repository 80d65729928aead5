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
from graphwire_stream._plan import Plan
from graphwire_stream.parts import StreamPart, StreamPartV2
from graphwire_stream.resumption import OnGap, RunCursor

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
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
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
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
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
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> AsyncRunStream[Any]:
        """Start a run and stream its parts (`POST /threads/{thread_id}/runs/stream`).

        `thread_id=None` runs on a thread of its own. What and how to run: `AttachedRunOptions`.
        `version="v1"` yields `StreamPart(event, data, id)`, `"v2"` typed parts. A failed run ends
        with an `error` part, or raises `RunFailedError` under `raise_on_error`; where a cut may
        have lost events the stream says so in `gaps`, or raises under `on_gap="raise"`; silent for
        `idle_timeout` seconds (default: some of the server's heartbeats) a connection is a cut one.

        Raises:
            InvalidArgumentError: An argument cannot be sent; at the call.
            StreamInterrupted: The stream was cut and cannot go on; while iterating.
            StreamProtocolError: The answer is not an event stream; while iterating.
        """
        operation = operations.stream(thread_id, assistant_id, **options)
        plan = Plan(
            operation.customized(headers, params),
            version,
            on_run_created=on_run_created,
            raise_on_error=raise_on_error,
            on_gap=on_gap,
            idle_timeout=idle_timeout,
        )
        return AsyncRunStream(self._sender, plan)

    def join_stream(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        cancel_on_disconnect: bool | None = None,
        stream_mode: StreamMode | Sequence[StreamMode] | None = None,
        last_event_id: str | None = None,
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
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
            on_gap: As for `stream`.
            idle_timeout: As for `stream`.
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
        operation = operation.customized(headers, params)
        plan = Plan(operation, run=run, on_gap=on_gap, idle_timeout=idle_timeout)
        return AsyncRunStream(self._sender, plan)

    @overload
    def resume(
        self,
        cursor: RunCursor | str,
        *,
        version: None = None,
        cancel_on_disconnect: bool | None = None,
        raise_on_error: bool = False,
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[StreamPart | StreamPartV2]: ...

    @overload
    def resume(
        self,
        cursor: RunCursor | str,
        *,
        version: Literal["v1"],
        cancel_on_disconnect: bool | None = None,
        raise_on_error: bool = False,
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[StreamPart]: ...

    @overload
    def resume(
        self,
        cursor: RunCursor | str,
        *,
        version: Literal["v2"],
        cancel_on_disconnect: bool | None = None,
        raise_on_error: bool = False,
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[StreamPartV2]: ...

    def resume(
        self,
        cursor: RunCursor | str,
        *,
        version: Literal["v1", "v2"] | None = None,
        cancel_on_disconnect: bool | None = None,
        raise_on_error: bool = False,
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[Any]:
        """Go on where a stream was, in this process or another: no part twice, none missing.

        `cursor` is a stream's `cursor`, or its text; the filters and, unless told, the `version`
        are the stream's own. Of a run that is over comes what was left. The other keywords are
        those of `stream` and `join_stream`.

        Raises:
            InvalidArgumentError: The cursor is broken, or of another server; at the call.
            NotFoundError: The run does not exist; while iterating.
        """
        start = RunCursor.read(cursor, server=self._sender.exchange.base_url)
        operation = _operations.resume_run(start, cancel_on_disconnect=cancel_on_disconnect)
        plan = Plan(
            operation.customized(headers, params),
            start.version if version is None else version,
            run=RunCreateMetadata(run_id=start.run_id, thread_id=start.thread_id),
            start=start,
            raise_on_error=raise_on_error,
            on_gap=on_gap,
            idle_timeout=idle_timeout,
        )
        return AsyncRunStream(self._sender, plan)
