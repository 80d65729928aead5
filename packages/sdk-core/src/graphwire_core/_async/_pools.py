"""The connections of a client: one pool for calls, another for streams, so that neither starves."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from graphwire_core._home import AsyncAnywhere, AsyncHome
from graphwire_core.errors import ConfigurationError, GraphwireError, PluginError
from graphwire_core.transports import AsyncTransport, Limits, TransportConfig

if TYPE_CHECKING:
    from graphwire_core.in_process._async.transport import AsyncInProcessTransport
    from graphwire_core.in_process._identity import Identity

__all__ = ["AsyncPools"]


class AsyncPools:
    """Makes transports when they are first needed, and closes them."""

    def __init__(
        self, name: str, make: Callable[[TransportConfig], AsyncTransport], config: TransportConfig
    ) -> None:
        self.name = name
        self._make = make
        self._config = config
        self._home = AsyncHome()
        self._calls: AsyncTransport | None = None
        self._streams: AsyncTransport | None = None
        self._closed = False
        self._owned = True
        self._given = False

    @classmethod
    def of(
        cls, transport: AsyncTransport, config: TransportConfig, *, owned: bool = True
    ) -> AsyncPools:
        """Use one transport that the caller made, for calls and streams."""
        pools = cls(type(transport).__name__, lambda _: transport, config)
        pools._calls = pools._streams = transport
        pools._owned = owned
        pools._given = True
        if isinstance(transport, _in_process()):
            pools._home = AsyncAnywhere()
        return pools

    def acting_as(self, identity: Identity) -> AsyncPools:
        """Return the way to the same server on somebody's behalf.

        Raises:
            ConfigurationError: It is not the server of this process.
        """
        self._check_open()
        transport = _in_process()
        if not isinstance(self._calls, transport):
            raise ConfigurationError(
                f"acting_as(), as_system(): a client over {self.name} cannot choose who calls, "
                "the server authenticates it; only an in-process client can"
            )
        pools = AsyncPools.of(transport(identity), self._config, owned=False)
        pools.name = f"{self.name.partition(' ')[0]} as {identity.label}"
        return pools

    def for_calls(self) -> AsyncTransport:
        """Return the transport of calls that are answered at once."""
        self._check()
        calls = self._calls
        if calls is None:
            with self._home.lock:
                calls = self._calls = self._calls or self._made(self._config)
        return calls

    def for_streams(self) -> AsyncTransport:
        """Return the transport of streams and long waits; its number of connections is open."""
        self._check()
        streams = self._streams
        if streams is None:
            unbounded = Limits(None, None, self._config.limits.keepalive_expiry)
            config = replace(self._config, limits=unbounded)
            with self._home.lock:
                streams = self._streams = self._streams or self._made(config)
        return streams

    def for_switching(self) -> AsyncPools:
        """Return pools whose connections can switch to another protocol, as WebSocket asks for.

        They are these, where their transport can. Otherwise they go the same way, through the same
        proxy and with the same trust, and are the caller's to close.

        Raises:
            ConfigurationError: The transport is one that the caller made.
        """
        if getattr(self.for_streams(), "switches", False):
            return self
        if self._given:
            raise ConfigurationError(
                f"A client over {self.name} cannot open a WebSocket; events come over SSE as well"
            )
        from graphwire_core.transports import AsyncHttpxTransport  # noqa: PLC0415  # when used

        config = replace(self._config, http2=False)
        return AsyncPools("httpx", partial(AsyncHttpxTransport, tunnels=True), config)

    async def aclose(self) -> None:
        """Close every connection; a second call does nothing."""
        with self._home.lock:
            calls, streams = self._calls, self._streams
            self._calls = self._streams = None
            self._closed = True
        if calls is not None or streams is not None:
            self._home.check()
        try:
            if calls is not None:
                await calls.aclose()
        finally:
            if streams is not None and streams is not calls:
                await streams.aclose()

    def _made(self, config: TransportConfig) -> AsyncTransport:
        if self._closed:  # by another thread, just now
            raise ConfigurationError("This client is closed")
        try:
            made = self._make(config)
        except GraphwireError:
            raise
        except Exception as error:  # what it says may hold the password of a proxy
            reason = type(error).__name__
            raise PluginError(f"transport {self.name!r} could not be made: {reason}") from error
        if not callable(getattr(made, "send", None)):
            got = type(made).__name__
            raise PluginError(f"transport {self.name!r}: expected an object with send(), got {got}")
        return made

    def _check(self) -> None:
        self._check_open()
        self._home.check()

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError("This client is closed")

    def __del__(self) -> None:
        if self._owned and (self._calls is not None or self._streams is not None):
            message = f"A client of {self._config.url} was never closed"
            warnings.warn(message, ResourceWarning, stacklevel=2, source=self)


def _in_process() -> type[AsyncInProcessTransport]:
    """Import what few clients use when it may be in use."""
    from graphwire_core.in_process._async.transport import (  # noqa: PLC0415  # as said
        AsyncInProcessTransport,
    )

    return AsyncInProcessTransport
