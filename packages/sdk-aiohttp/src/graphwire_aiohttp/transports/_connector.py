"""Connections at once and connections kept, counted as `Limits` has it."""

from __future__ import annotations

import ssl
from functools import partial

from aiohttp import TCPConnector
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey

from graphwire_aiohttp.transports._handler import Handler
from graphwire_core.transports import Limits

__all__ = ["Connector"]


class Connector(TCPConnector):
    """Keeps no more idle connections than allowed, and closes a broken one at once.

    aiohttp bounds the connections in use only, and ends TLS by a handshake that a silent server
    can draw out for half a minute. Both are decided where a connection is given back, for which
    aiohttp has no public hook, as it has none for what receives a connection's bytes; without these
    overrides, all of it would be as aiohttp has it.
    """

    def __init__(self, limits: Limits, tls: ssl.SSLContext) -> None:
        # The slots bound what is in use, so that waiting for one has a limit of its own.
        super().__init__(limit=0, keepalive_timeout=limits.keepalive_expiry, ssl=tls)
        self._most_idle = limits.max_keepalive
        self._factory = partial(Handler, loop=self._loop)  # type: ignore[assignment]  # narrower

    def _release(
        self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False
    ) -> None:
        if should_close or protocol.should_close:
            protocol.abort()
        elif self._most_idle is not None:
            should_close = sum(map(len, self._conns.values())) >= self._most_idle
        super()._release(key, protocol, should_close=should_close)
