"""What hooks register into: names to objects, each with the plugin that it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from graphwire_core._arguments import describe
from graphwire_core._codec import Codecs
from graphwire_core.errors import PluginError
from graphwire_core.plugins._types import (
    AsyncCacheBackend,
    CacheBackend,
    Codec,
    Credentials,
    Middleware,
)
from graphwire_core.settings import ClientSettings
from graphwire_core.transports._types import AsyncTransport, Transport, TransportConfig

__all__ = [
    "CacheProvider",
    "CacheRegistry",
    "CodecRegistry",
    "CredentialsRegistry",
    "MiddlewareRegistry",
    "Registry",
    "TransportProvider",
    "TransportRegistry",
]

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Entry(Generic[V]):
    """A registered object and where it came from."""

    value: V
    plugin: str
    precedence: int


class Registry(Generic[V]):
    """Objects by name. A plugin of higher precedence replaces one of lower; equals collide."""

    kind = "object"

    def __init__(self, plugin: str = "", precedence: int | None = None) -> None:
        self._entries: dict[str, Entry[V]] = {}
        self._plugin = plugin
        self._precedence = precedence
        """That of the plugin which is registering; `None`: nothing may be registered."""

    def stage(self, plugin: str, precedence: int) -> Self:
        """Return an empty registry for one plugin to register into."""
        return type(self)(plugin, precedence)

    def check(self, staged: Self) -> None:
        """Close a staged registry, and refuse one that collides with this."""
        staged.close()
        for name, entry in staged._entries.items():
            known = self._entries.get(name)
            if known is not None and known.precedence == entry.precedence:
                raise PluginError(f"{self.kind} {name!r} is registered already, by {known.plugin}")

    def close(self) -> None:
        """Refuse what is registered from here on."""
        self._precedence = None

    def take(self, staged: Self) -> None:
        """Take over what was registered into a staged registry."""
        for name, entry in staged._entries.items():
            known = self._entries.get(name)
            if known is None or known.precedence < entry.precedence:
                self._entries[name] = entry

    def values(self) -> Mapping[str, V]:
        """Return the registered objects by name."""
        return {name: entry.value for name, entry in self._entries.items()}

    def plugin_of(self, name: str) -> str:
        """Return the plugin that registered a name."""
        return self._entries[name].plugin

    def _put(self, name: str, value: V) -> None:
        if not isinstance(name, str) or not name:
            raise PluginError(f"{self.kind}: expected a name, got {describe(name)}")
        if self._precedence is None:
            raise PluginError(f"{self.kind} {name!r} is registered too late: its hook is over")
        if name in self._entries:
            raise PluginError(f"{self.kind} {name!r} is registered already, by {self._plugin}")
        self._entries[name] = Entry(value, self._plugin, self._precedence)


@dataclass(frozen=True, slots=True)
class TransportProvider:
    """How to make a transport of either colour; `None` for a colour that it does not have."""

    make_async: Callable[[TransportConfig], AsyncTransport] | None
    make_sync: Callable[[TransportConfig], Transport] | None
    rank: int
    """The highest is used where no transport is named."""


class TransportRegistry(Registry[TransportProvider]):
    """Where `graphwire_register_transports` registers."""

    kind = "transport"

    def add(
        self,
        name: str,
        *,
        make_async: Callable[[TransportConfig], AsyncTransport] | None = None,
        make_sync: Callable[[TransportConfig], Transport] | None = None,
        rank: int = 0,
    ) -> None:
        """Register a transport.

        Args:
            name: What `transport=` and `GRAPHWIRE_TRANSPORT` select it by.
            make_async: Makes the async transport of a client.
            make_sync: Makes the sync transport of a client.
            rank: The highest rank is used where none is named; httpx has 0. Below 0: only by name.
        """
        for made in (make_async, make_sync):
            if made is not None and not callable(made):
                raise PluginError(f"transport {name!r}: expected a function, got {describe(made)}")
        if not isinstance(rank, int):
            raise PluginError(f"transport {name!r}: expected a rank (int), got {describe(rank)}")
        if make_async is None and make_sync is None:
            raise PluginError(f"transport {name!r}: expected make_async or make_sync, got neither")
        self._put(name, TransportProvider(make_async, make_sync, rank))

    def async_makers(self) -> dict[str, Callable[[TransportConfig], AsyncTransport]]:
        """Return what makes an async transport, by name."""
        return {name: one.make_async for name, one in self.values().items() if one.make_async}

    def sync_makers(self) -> dict[str, Callable[[TransportConfig], Transport]]:
        """Return what makes a sync transport, by name."""
        return {name: one.make_sync for name, one in self.values().items() if one.make_sync}


@dataclass(frozen=True, slots=True)
class CacheProvider:
    """How to make a cache of either colour; `None` for a colour that it does not have."""

    make_async: Callable[[], AsyncCacheBackend] | None
    make_sync: Callable[[], CacheBackend] | None
    rank: int
    """The highest is used where no cache is named."""


class CacheRegistry(Registry[CacheProvider]):
    """Where `graphwire_register_caches` registers."""

    kind = "cache"

    def add(
        self,
        name: str,
        *,
        make_async: Callable[[], AsyncCacheBackend] | None = None,
        make_sync: Callable[[], CacheBackend] | None = None,
        rank: int = 1,
    ) -> None:
        """Register what keeps the values of `graphwire_core.cache`.

        Args:
            name: What `GRAPHWIRE_CACHE` selects it by.
            make_async: Makes it for async callers, once in a process.
            make_sync: Makes it for sync callers, once in a process.
            rank: The highest rank is used where none is named; what is built in has 0. Below 0:
                only by name.
        """
        for made in (make_async, make_sync):
            if made is not None and not callable(made):
                raise PluginError(f"cache {name!r}: expected a function, got {describe(made)}")
        if not isinstance(rank, int):
            raise PluginError(f"cache {name!r}: expected a rank (int), got {describe(rank)}")
        if make_async is None and make_sync is None:
            raise PluginError(f"cache {name!r}: expected make_async or make_sync, got neither")
        self._put(name, CacheProvider(make_async, make_sync, rank))


class CredentialsRegistry(Registry[Callable[[ClientSettings], Credentials]]):
    """Where `graphwire_register_credentials` registers."""

    kind = "credentials"

    def add(self, name: str, make: Callable[[ClientSettings], Credentials]) -> None:
        """Register credentials.

        Args:
            name: What `auth=` and `GRAPHWIRE_AUTH` select them by.
            make: Makes the credentials of a client of its settings.
        """
        if not callable(make):
            raise PluginError(f"credentials {name!r}: expected a function, got {describe(make)}")
        self._put(name, make)


class CodecRegistry(Registry[tuple[int, Codec]]):
    """Where `graphwire_register_codecs` registers."""

    kind = "codec"

    def add(self, name: str, codec: Codec, *, order: int = 0) -> None:
        """Register a codec.

        Args:
            name: Name of it, to replace one of lower precedence by.
            codec: Sees the parts of every body.
            order: Lower encodes first and decodes last.
        """
        if not all(callable(getattr(codec, step, None)) for step in ("encode", "decode")):
            raise PluginError(
                f"codec {name!r}: expected encode() and decode(), got {describe(codec)}"
            )
        self._put(name, (_order(self.kind, name, order), codec))

    def active(self) -> Codecs | None:
        """Return the codecs at work, in the order in which they encode; `None` without any."""
        entries = sorted(self._entries.items(), key=lambda entry: (entry[1].value[0], entry[0]))
        return Codecs([entry.value[1] for _, entry in entries]) if entries else None


class MiddlewareRegistry(Registry[tuple[int, Middleware]]):
    """Where `graphwire_register_middleware` registers."""

    kind = "middleware"

    def add(self, name: str, middleware: Middleware, *, order: int = 0) -> None:
        """Register a middleware.

        Args:
            name: Name of it, to replace one of lower precedence by.
            middleware: Sees every attempt of the client.
            order: Lower is further out: it sees the attempt first and its outcome last.
        """
        if not callable(getattr(middleware, "attempt", None)):
            raise PluginError(
                f"middleware {name!r}: expected attempt(), got {describe(middleware)}"
            )
        self._put(name, (_order(self.kind, name, order), middleware))

    def in_order(self) -> tuple[Middleware, ...]:
        """Return the middlewares, the outermost first."""
        entries = sorted(self._entries.items(), key=lambda entry: (entry[1].value[0], entry[0]))
        return tuple(entry.value[1] for _, entry in entries)


def _order(kind: str, name: str, order: object) -> int:
    if not isinstance(order, int):
        raise PluginError(f"{kind} {name!r}: expected an order (int), got {describe(order)}")
    return order
