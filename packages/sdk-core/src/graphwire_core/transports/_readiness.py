"""Whether bytes of a response have arrived, for sync code, which cannot leave a read half way."""

from __future__ import annotations

import select
import ssl
from typing import Any

__all__ = ["areadable", "is_readable", "readable"]


async def areadable(response: Any, timeout: float | None, *, chunked: bool) -> bool:
    """Return at once: an async read can wait in a task."""
    _ = response, timeout, chunked
    return True


def readable(response: Any, timeout: float | None, *, chunked: bool) -> bool:
    """Wait until a read of a response's body would not; `False` when `timeout` seconds pass first.

    `True` where that cannot be told: over HTTP/2, and over TLS inside of TLS.

    Args:
        response: A response, as a library of httpx's family has it.
        timeout: Seconds; `None` for no limit.
        chunked: Whether its body comes in chunks.
    """
    state = _state_of(response.stream)
    network = response.extensions.get("network_stream")
    sock = network.get_extra_info("socket") if network is not None else None
    if state is None or sock is None:
        return True
    inner = network.get_extra_info("ssl_object")
    encrypted = isinstance(sock, ssl.SSLSocket)
    if encrypted and isinstance(inner, ssl.SSLObject):
        return True
    received, closed = state.trailing_data
    inlet = getattr(network, "inlet", None)
    received += (inlet and inlet.held) or b""
    if closed or (_is_data(received) if chunked else received):
        return True
    if encrypted and sock.pending():
        return True
    return is_readable(sock, timeout)


def _state_of(stream: Any) -> Any | None:
    """Find the h11 connection below the wrappers around a body, which hold one another."""
    while stream is not None:
        connection = getattr(stream, "_connection", None)
        if connection is not None:
            return getattr(connection, "_h11_state", None)
        stream = getattr(stream, "_stream", None) or getattr(stream, "_httpcore_stream", None)
    return None


def _is_data(received: bytes) -> bool:
    """Tell whether bytes that wait in h11 hold data: a chunk's size alone is none yet."""
    _size, end, rest = received.lstrip(b"\r\n").partition(b"\r\n")
    return bool(end and rest)


def is_readable(sock: Any, timeout: float | None) -> bool:
    """Wait until a socket has something to read; `False` when `timeout` seconds pass first."""
    if sock.fileno() < 0:  # it is closed: the read says so
        return True
    poller = select.poll() if hasattr(select, "poll") else None
    if poller is None:  # Windows
        return bool(select.select([sock], [], [], timeout)[0])
    poller.register(sock, select.POLLIN)
    return bool(poller.poll(None if timeout is None else timeout * 1000))
