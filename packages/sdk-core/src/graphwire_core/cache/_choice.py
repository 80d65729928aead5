"""Which cache keeps the values: the one named, a plugin's, the server's, or memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graphwire_core.errors import ConfigurationError, GraphwireError, PluginError
from graphwire_core.in_process._server import inside_server
from graphwire_core.plugins._types import AsyncCacheBackend, CacheBackend
from graphwire_core.settings import ClientSettings

__all__ = ["VARIABLE", "AsyncChoice", "Choice"]

VARIABLE = "GRAPHWIRE_CACHE"
"""Names the cache to use."""

_LOCAL = "local"
_SERVER = "server"


class AsyncChoice:
    """What keeps the values of async callers: a given backend, or the one of this process."""

    def __init__(self, given: AsyncCacheBackend | None) -> None:
        self._given = given

    def backend(self) -> AsyncCacheBackend:
        """Return the backend: see `Choice`."""
        if self._given is not None:
            return self._given
        chosen: AsyncCacheBackend = _made(_name(), "make_async", "async")
        return chosen


class Choice:
    """What keeps the values of sync callers: a given backend, or the one of this process.

    That is the one that `GRAPHWIRE_CACHE` names, else the one of the highest rank that a plugin
    registers, else the server's inside of a server, else the memory of this process.
    """

    def __init__(self, given: CacheBackend | None) -> None:
        self._given = given

    def backend(self) -> CacheBackend:
        """Return the backend.

        Raises:
            ConfigurationError: There is none of the name, or not for callers of this colour.
            PluginError: It could not be made.
        """
        if self._given is not None:
            return self._given
        chosen: CacheBackend = _made(_name(), "make_sync", "sync")
        return chosen


def _name() -> str:
    named = os.environ.get(VARIABLE, "").strip()
    known = _providers()
    if named:
        if named not in known:
            registered = ", ".join(sorted(known))
            raise ConfigurationError(
                f"environment {VARIABLE}: there is no cache {named!r}; registered: {registered}"
            )
        return named
    ranks = {name: one.rank for name, one in known.items() if one.rank >= 0}
    best = max(ranks, key=lambda name: (ranks[name], name))
    return _SERVER if best == _LOCAL and inside_server() else best


@cache
def _providers() -> Mapping[str, Any]:
    """Ask the plugins, once in a process; no client is needed for that."""
    from graphwire_core.plugins._host import PluginHost  # noqa: PLC0415  # it imports the built-in

    settings = ClientSettings.load()
    return PluginHost((), allow=settings.plugins, block=settings.plugins_block).caches.values()


@cache
def _made(name: str, maker: str, colour: str) -> Any:
    make: Callable[[], Any] | None = getattr(_providers()[name], maker)
    if make is None:
        raise ConfigurationError(
            f"cache {name!r} has no form for {colour} callers; {VARIABLE} names another one"
        )
    try:
        return make()
    except GraphwireError:
        raise
    except Exception as error:  # what it says may hold a secret
        kind = type(error).__name__
        raise PluginError(f"cache {name!r} could not be made: {kind}") from error
