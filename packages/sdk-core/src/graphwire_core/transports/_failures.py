"""What a transport refuses and what goes wrong on the wire, in words that are always the same."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from importlib.util import find_spec
from urllib.parse import urlsplit

from graphwire_core.errors import (
    ConfigurationError,
    ConnectionFailed,
    MissingPackageError,
    RequestTimeout,
    TransportError,
)
from graphwire_core.transports._types import Request, TransportConfig

__all__ = [
    "broken",
    "check_http2",
    "check_proxy",
    "connect_timed_out",
    "nothing_read",
    "nothing_written",
    "pool_timed_out",
    "unreachable",
]


def unreachable(
    request: Request, error: BaseException, proxy: str | None = None
) -> ConnectionFailed:
    """No connection to the server, or to the proxy on the way there."""
    return ConnectionFailed(_no_connection(request, _reason(error), proxy))


def connect_timed_out(request: Request, proxy: str | None = None) -> ConnectionFailed:
    """No connection within the limit."""
    reason = f"no connection within {request.timeout.connect} s"
    return ConnectionFailed(_no_connection(request, reason, proxy), timed_out=True)


def pool_timed_out(request: Request) -> ConnectionFailed:
    """Every connection of the pool was in use all the time."""
    message = f"No connection of the pool was free within {request.timeout.pool} s"
    return ConnectionFailed(message, timed_out=True)


def nothing_read(request: Request) -> RequestTimeout:
    """The server was silent for longer than the limit."""
    return RequestTimeout(f"Nothing could be read for {request.timeout.read} s")


def nothing_written(request: Request) -> RequestTimeout:
    """The server took nothing of the request for longer than the limit."""
    return RequestTimeout(f"Nothing could be written for {request.timeout.write} s")


def broken(error: BaseException, said: str | None = None) -> TransportError:
    """A connection that stood did not bring a complete response."""
    said = str(error) if said is None else said
    reason = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return TransportError(f"The connection failed: {reason}")


def check_http2(config: TransportConfig, library: str) -> None:
    """Refuse HTTP/2 without the package that it needs; the library asks for it when it is too late.

    Raises:
        MissingPackageError: The message says what to install.
    """
    if config.http2 and find_spec("h2") is None:
        raise MissingPackageError(
            f"http2: {library} needs another package: pip install '{library}[http2]'"
        )


def check_proxy(config: TransportConfig, *schemes: str) -> None:
    """Refuse a proxy that a transport cannot speak to.

    Raises:
        ConfigurationError: It is no URL of one of the schemes; it is not shown whole, because it
            may hold credentials.
    """
    if config.proxy is None:
        return
    parts = urlsplit(config.proxy)
    if parts.scheme not in schemes or not parts.hostname:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        got = f"{parts.scheme}://…" if "://" in config.proxy else "one without a scheme"
        raise ConfigurationError(f"proxy: expected a URL with one of {known}, got {got}")


def _no_connection(request: Request, reason: str, proxy: str | None) -> str:
    origin, port = _origin(request.url)
    if proxy is not None:
        return f"Could not connect to {origin} through the proxy {_origin(proxy)[0]}: {reason}"
    return (
        f"Could not connect to {origin}: {reason}. Is the server running? "
        f"`langgraph dev --port {port or 80}` starts one; url= or GRAPHWIRE_URL names another"
    )


def _origin(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", parts.port


def _reason(error: BaseException) -> str:
    """Say why: the libraries wrap what the system said, and each says it in its own words."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            # aiohttp's subclasses lack what the error itself has, which is their cause.
            if said := getattr(cause, "verify_message", None):
                return f"its certificate is not trusted ({said})"
            if said := getattr(cause, "reason", None):
                return f"TLS failed ({said})"
        elif isinstance(cause, socket.gaierror):
            return "the host name could not be resolved"
        elif isinstance(cause, OSError) and (cause.errno or 0) > 0:
            return os.strerror(cause.errno or 0)
    return str(error) or type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what led to it, the nearest first."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        else:
            error = error.__cause__ or error.__context__
