"""Connections through a SOCKS5 proxy.

The libraries of httpx's family know SOCKS by another package, and wait for such a proxy for ever.
"""

from __future__ import annotations

from typing import Any

from graphwire_core.transports._addresses import Proxy, proxy_of
from graphwire_core.transports._network import AsyncNetwork
from graphwire_core.transports._socks import Refused, handshake
from graphwire_core.transports._types import TransportConfig

__all__ = ["AsyncSocks"]

_PORT = 1080


class AsyncSocks:
    """The sockets of a pool, each of which leads through the proxy."""

    def __init__(self, proxy: Proxy, library: Any) -> None:
        self._proxy = proxy
        self._library = library
        self._sockets = AsyncNetwork(library)

    @classmethod
    def of(cls, config: TransportConfig, library: Any) -> AsyncSocks | None:
        """Make what leads through the proxy of a configuration, `None` without a SOCKS proxy."""
        if config.proxy is None or not config.proxy.startswith("socks"):
            return None
        return cls(proxy_of(config.proxy), library)

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> Any:
        """Open a connection to a server."""
        proxy, library = self._proxy, self._library
        there = proxy.host.decode(), proxy.port or _PORT
        stream = await self._sockets.connect_tcp(*there, timeout=timeout, **options)
        try:
            await self._lead_on(stream, host, port, timeout)
        except (library.ReadTimeout, library.WriteTimeout) as error:
            await stream.aclose()
            raise library.ConnectTimeout from error
        except (Refused, library.ReadError, library.WriteError) as error:
            await stream.aclose()
            raise library.ProxyError(str(error) or "it hung up") from error
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def _lead_on(self, stream: Any, host: str, port: int, timeout: float | None) -> None:
        steps = handshake(host, port, self._proxy.credentials)
        sent, size = next(steps)
        while True:
            if sent:
                await stream.write(sent, timeout)
            received = b""
            while len(received) < size:
                data = await stream.read(size - len(received), timeout)
                if not data:
                    raise Refused("it hung up")
                received += data
            try:
                sent, size = steps.send(received)
            except StopIteration:
                return
