"""Threads with their streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self
from uuid import uuid4

from graphwire_core import AsyncClient, AsyncThreads
from graphwire_core._arguments import Headers, Id, Params, describe, identifier
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import ThreadStreamMode
from graphwire_stream import _operations
from graphwire_stream._async.run_stream import AsyncRunStream
from graphwire_stream._async.thread_stream.thread_stream import AsyncThreadStream
from graphwire_stream._plan import Plan
from graphwire_stream.event_transports import event_transport
from graphwire_stream.parts import StreamPart
from graphwire_stream.resumption import OnGap

__all__ = ["AsyncStreamingThreads"]

LEAST_LAG: Final = 100
"""Events; fewer than that come at once."""


class AsyncStreamingThreads(AsyncThreads):
    """Threads of a server with their streams, as `client.threads`."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client._sender)  # noqa: SLF001  # the client and its resources are one unit
        self._client = client

    @classmethod
    def of(cls, client: AsyncClient) -> Self:
        """Return this resource over a client's connections, credentials and settings."""
        return cls(client)

    def stream(
        self,
        thread_id: Id | None = None,
        *,
        assistant_id: Id,
        transport: str = "sse",
        headers: Headers | None = None,
        run_start_timeout: float | None = None,
        timeout: float | None = None,
        max_lag: int = 10_000,
        raise_on_error: bool = True,
    ) -> AsyncThreadStream:
        """Return the stream of a thread: enter it, start runs, and read them through projections.

        Args:
            thread_id: UUID of the thread. Default: a new one, created with its first run.
            assistant_id: Assistant, or name of the graph, that runs are started with.
            transport: How events come: `"sse"`, `"websocket"`, or one that a plugin registers.
            headers: Extra headers of every request of the stream.
            run_start_timeout: Longest wait for the server to take a command. Default: the client's.
            timeout: Longest wait for the next event of a projection, in seconds. Default: no limit.
            max_lag: Events, 100 or more, that one reader may be behind the fastest.
            raise_on_error: Whether readers of a failed run get its `RunFailedError` in the end.

        Raises:
            ConfigurationError: The transport is not registered; the message lists those there are.
        """
        _check(timeout=timeout, run_start_timeout=run_start_timeout, max_lag=max_lag)
        client = _varied(self._client, headers=headers)
        return AsyncThreadStream(
            client._sender,  # noqa: SLF001  # the client and its resources are one unit
            event_transport(client, transport),
            str(uuid4()) if thread_id is None else identifier("thread_id", thread_id),
            commands=_varied(client, timeout=run_start_timeout)._sender,  # noqa: SLF001  # the same
            assistant_id=identifier("assistant_id", assistant_id),
            exists=thread_id is not None,
            timeout=timeout,
            max_lag=max_lag,
            raise_on_error=raise_on_error,
        )

    def join_stream(
        self,
        thread_id: Id,
        *,
        stream_mode: ThreadStreamMode | Sequence[ThreadStreamMode] | None = None,
        last_event_id: str | None = None,
        on_gap: OnGap = "continue",
        idle_timeout: float | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncRunStream[StreamPart]:
        """Stream every run of a thread, one after the other (`GET /threads/{thread_id}/stream`).

        The stream does not end by itself: leave the loop, or close it.

        Args:
            thread_id: UUID of the thread.
            stream_mode: `"run_modes"` (server default), `"lifecycle"`, `"state_update"` or several.
            last_event_id: Begin after this event; `"-"` replays what the server has kept.
            on_gap: What to do where a cut may have lost events: say so in `gaps`, or `"raise"`.
            idle_timeout: Seconds of silence after which the connection counts as cut. Default: some
                of the server's heartbeats.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = _operations.join_thread(
            thread_id, stream_mode=stream_mode, last_event_id=last_event_id
        )
        plan = Plan(
            operation.customized(headers, params),
            of_thread=True,
            on_gap=on_gap,
            idle_timeout=idle_timeout,
        )
        return AsyncRunStream(self._sender, plan)


def _varied(client: AsyncClient, **options: Any) -> AsyncClient:
    given = {name: option for name, option in options.items() if option is not None}
    return client.with_options(**given) if given else client


def _check(*, max_lag: int, **limits: float | None) -> None:
    for name, limit in limits.items():
        if limit is not None and not (_is_number(limit) and limit > 0):
            raise InvalidArgumentError(name, "a number above 0", describe(limit))
    if not _is_number(max_lag) or max_lag < LEAST_LAG:
        raise InvalidArgumentError("max_lag", f"{LEAST_LAG} or more", describe(max_lag))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
