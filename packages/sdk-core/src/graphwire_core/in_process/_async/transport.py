"""The transport to the server of this process."""

from __future__ import annotations

from graphwire_core.in_process import _server as server
from graphwire_core.in_process._call import InProcessCall
from graphwire_core.in_process._identity import Identity, Whoever
from graphwire_core.transports import Request, TransportConfig
from graphwire_core.transports._async.asgi import AsyncAsgiResponse
from graphwire_core.transports._crossing import AsyncCrossing

__all__ = ["AsyncInProcessTransport"]


class AsyncInProcessTransport:
    """Calls the LangGraph server of this process, without a socket.

    It holds no connection and belongs to no event loop: the server is looked up at each call, so a
    transport may be made before the server has started, and used from any thread or loop of it.
    """

    def __init__(self, identity: Identity | None = None) -> None:
        self.identity: Identity = identity or Whoever()
        """On whose behalf it calls."""

    @classmethod
    def of(cls, config: TransportConfig) -> AsyncInProcessTransport:
        """Make the transport of a client; there are no connections to configure."""
        _ = config
        return cls()

    async def send(self, request: Request) -> AsyncAsgiResponse:
        """Call the server and return when it has answered.

        Raises:
            ConfigurationError: It has not started, or would have to answer in the loop that waits.
            NestedCallError: The answer could never come.
            AuthenticationError: Nobody calls: outside of a run, and without credentials.
        """
        crossing = AsyncCrossing(server.event_loop())
        call = InProcessCall.of(request, self.identity)
        response = await AsyncAsgiResponse.of(crossing, call.exchange, call.begin())
        if call.unproven(response):
            raise call.refused(response, await response.read())
        return response

    async def aclose(self) -> None:
        """Do nothing: there is no connection."""
