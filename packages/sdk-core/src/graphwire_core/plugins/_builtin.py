"""The built-in plugin: it enters by the same door as every other."""

from __future__ import annotations

from graphwire_core import _logging
from graphwire_core._lazy import maker
from graphwire_core.credentials import ApiKey
from graphwire_core.in_process._settings import NAME as IN_PROCESS
from graphwire_core.plugins._registries import (
    CacheRegistry,
    CredentialsRegistry,
    MiddlewareRegistry,
    TransportRegistry,
)
from graphwire_core.plugins._specs import hookimpl

__all__ = [
    "graphwire_register_caches",
    "graphwire_register_credentials",
    "graphwire_register_middleware",
    "graphwire_register_transports",
]


@hookimpl
def graphwire_register_transports(registry: TransportRegistry) -> None:
    """Register httpx, which is always there, and the way to a server in the same process."""
    registry.add(
        "httpx",
        make_async=maker("graphwire_core.transports", "AsyncHttpxTransport"),
        make_sync=maker("graphwire_core.transports", "HttpxTransport"),
        rank=0,
    )
    registry.add(
        IN_PROCESS,
        make_async=maker(
            "graphwire_core.in_process._async.transport", "AsyncInProcessTransport.of"
        ),
        make_sync=maker("graphwire_core.in_process._sync.transport", "InProcessTransport.of"),
        rank=-1,
    )


@hookimpl
def graphwire_register_credentials(registry: CredentialsRegistry) -> None:
    """Register the API key of the settings, which is used where nothing else is named."""
    registry.add("api-key", ApiKey.of)


@hookimpl
def graphwire_register_middleware(registry: MiddlewareRegistry) -> None:
    """Register the log lines where somebody reads them: a client without any costs less."""
    if _logging.is_wanted():
        registry.add("logging", _logging.LogAttempts(), order=_logging.OUTERMOST)


@hookimpl
def graphwire_register_caches(registry: CacheRegistry) -> None:
    """Register the memory of the process, and the cache of a server, which is used inside one."""
    for name, kind, rank in (("local", "LocalCache", 0), ("server", "ServerCache", -1)):
        make_async = maker("graphwire_core.cache", f"Async{kind}")
        make_sync = maker("graphwire_core.cache", kind)
        registry.add(name, make_async=make_async, make_sync=make_sync, rank=rank)
