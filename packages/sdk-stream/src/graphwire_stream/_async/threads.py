"""Threads with their streams."""

from __future__ import annotations

from collections.abc import Sequence

from graphwire_core import AsyncThreads
from graphwire_core._arguments import Headers, Id, Params
from graphwire_core.models import ThreadStreamMode
from graphwire_stream import _operations
from graphwire_stream._async.run_stream import AsyncRunStream
from graphwire_stream._events import converter
from graphwire_stream.parts import StreamPart

__all__ = ["AsyncStreamingThreads"]


class AsyncStreamingThreads(AsyncThreads):
    """Threads of a server with their streams, as `client.threads`."""

    def join_stream(
        self,
        thread_id: Id,
        *,
        stream_mode: ThreadStreamMode | Sequence[ThreadStreamMode] | None = None,
        last_event_id: str | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[StreamPart]:
        """Stream every run of a thread, one after the other (`GET /threads/{thread_id}/stream`).

        The stream does not end by itself: leave the loop, or close it.

        Args:
            thread_id: UUID of the thread.
            stream_mode: `"run_modes"` (server default), `"lifecycle"`, `"state_update"` or several.
            last_event_id: Begin after this event; `"-"` replays what the server has kept.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = _operations.join_thread(
            thread_id, stream_mode=stream_mode, last_event_id=last_event_id
        )
        operation = operation.customized(headers, params)
        return AsyncRunStream(self._sender, operation, converter("v1"), follows_run=False)
