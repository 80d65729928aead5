"""Connections through an HTTP proxy that does not look into them, for plain HTTP too.

A library of httpx's family has the proxy forward what goes to an `http://` URL, request by request.
A connection that is to switch protocols needs a way through, as RFC 6455 asks for (section 4.1).
"""

from __future__ import annotations

import base64
from typing import Any

from graphwire_core.transports._addresses import Proxy, proxy_of
from graphwire_core.transports._network import AsyncNetwork
from graphwire_core.transports._types import TransportConfig

__all__ = ["AsyncTunnels"]

_LONGEST = 1 << 16
"""Bytes of the proxy's answer."""


class AsyncTunnels:
    """The sockets of a pool, each of which leads through the proxy."""

    def __init__(self, config: TransportConfig, proxy: Proxy, library: Any) -> None:
        self._config = config
        self._proxy = proxy
        self._library = library
        self._sockets = AsyncNetwork(library)

    @classmethod
    def of(cls, config: TransportConfig, library: Any) -> AsyncTunnels | None:
        """Make what leads through the proxy of a configuration, `None` without an HTTP proxy."""
        if config.proxy is None or not config.proxy.startswith("http"):
            return None
        return cls(config, proxy_of(config.proxy), library)

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> Any:
        """Open a connection to a server."""
        proxy = self._proxy
        secure = proxy.scheme == b"https"
        there, behind = proxy.host.decode(), proxy.port or (443 if secure else 80)
        stream = await self._sockets.connect_tcp(there, behind, timeout=timeout, **options)
        try:
            if secure:
                stream = await stream.start_tls(self._config.tls, there, timeout)
            await stream.write(self._asking(host, port), timeout)
            await self._check(stream, timeout)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    def _asking(self, host: str, port: int) -> bytes:
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"host: {target}"]
        if self._proxy.credentials is not None:
            pair = base64.b64encode(b":".join(self._proxy.credentials)).decode()
            lines.append(f"proxy-authorization: Basic {pair}")
        return "\r\n".join([*lines, "", ""]).encode()

    async def _check(self, stream: Any, timeout: float | None) -> None:
        """Read the head of the proxy's answer, byte by byte: what follows is the server's.

        Raises:
            Exception: The library's `ProxyError`: it refuses, or is no proxy.
        """
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = await stream.read(1, timeout)
            head += byte
            if not byte or len(head) > _LONGEST:
                raise self._library.ProxyError("it gave no answer")
        line = head.partition(b"\r\n")[0].decode("latin-1")
        status = line.partition(" ")[2]
        if not (line.startswith("HTTP/1.") and status.startswith("2")):
            raise self._library.ProxyError(status or "it gave no answer")
