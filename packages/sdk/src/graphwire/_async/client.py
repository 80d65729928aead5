"""The async client of the whole SDK: the core client with streams."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

import graphwire_core

if TYPE_CHECKING:
    import httpx

    from graphwire_core import ClientOptions
    from graphwire_core.transports import AsyncTransport
    from graphwire_stream import AsyncStreamingRuns, AsyncStreamingThreads

__all__ = ["AsyncClient", "get_client"]


class AsyncClient(graphwire_core.AsyncClient):
    """Async client of a LangGraph server, with every resource and stream."""

    @cached_property
    def threads(self) -> AsyncStreamingThreads:
        """Threads: the state that runs share, and their streams."""
        from graphwire_stream import AsyncStreamingThreads  # noqa: PLC0415  # when it is used

        return AsyncStreamingThreads.of(self)

    @cached_property
    def runs(self) -> AsyncStreamingRuns:
        """Runs: one execution of a graph, and their streams."""
        from graphwire_stream import AsyncStreamingRuns  # noqa: PLC0415  # when it is used

        return AsyncStreamingRuns(self._sender)


def get_client(
    url: str | None = None,
    *,
    transport: AsyncTransport | str | None = None,
    http_client: httpx.AsyncClient | None = None,
    **options: Unpack[ClientOptions],
) -> AsyncClient:
    """Create an async client; close it, or use it as an async context manager.

    Args:
        url: Where the server is. Default: `GRAPHWIRE_URL`; inside a LangGraph server, that one,
            without a socket; `LANGGRAPH_API_URL`, else `http://localhost:8123`.
        transport: Name of a registered transport, or one that is closed with the client. Default:
            `GRAPHWIRE_TRANSPORT`, else the registered one of the highest rank.
        http_client: An httpx client to send with; it is not closed.
        **options: `api_key`, `headers`, `timeout` and more: see `ClientOptions`.

    Raises:
        ConfigurationError: An option is wrong; the message names it and its source.
    """
    return AsyncClient(url, transport=transport, http_client=http_client, **options)
