"""The libraries of httpx's family: alike in their names, so that one transport drives each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphwire_core.errors import GraphwireError
from graphwire_core.transports import _failures as failures
from graphwire_core.transports._http2 import told
from graphwire_core.transports._types import Request

__all__ = ["Library"]

_RAISED = (
    "HTTPError",
    "InvalidURL",
    "ConnectionNotAvailable",
    "NetworkError",
    "ProtocolError",
    "ProxyError",
    "TimeoutException",
    "UnsupportedProtocol",
)
"""What such a library may raise; each has some of them."""


class Library:
    """One of the libraries, and the client above it, which undoes content encodings."""

    def __init__(self, name: str, module: Any, client: Callable[[], Any]) -> None:
        """Describe a library.

        Args:
            name: Distribution of the client, for messages.
            module: The library: `httpcore` or the like.
            client: Returns the client's module: `httpx` or the like, which is imported when a body
                is compressed.
        """
        self.name = name
        self.module = module
        self.client = client
        known = [getattr(module, one) for one in _RAISED if hasattr(module, one)]
        # TLS may fail after the handshake, and what is closed under a reader is a `RuntimeError`.
        self.errors: tuple[type[Exception], ...] = (*known, OSError, RuntimeError, ValueError)

    def translated(
        self, request: Request, error: BaseException, proxy: str | None = None
    ) -> GraphwireError:
        """Return the error of this SDK for one of the library's, to be raised from it."""
        kinds = self.module
        if isinstance(error, GraphwireError):
            return error
        if isinstance(error, kinds.ConnectTimeout):
            return failures.connect_timed_out(request, proxy)
        if isinstance(error, kinds.PoolTimeout):
            return failures.pool_timed_out(request)
        if isinstance(error, kinds.ConnectError | kinds.ProxyError | kinds.UnsupportedProtocol):
            return failures.unreachable(request, error, proxy)
        if isinstance(error, kinds.WriteTimeout):
            return failures.nothing_written(request)
        if isinstance(error, kinds.TimeoutException):
            return failures.nothing_read(request)
        return failures.broken(error, told(error))
