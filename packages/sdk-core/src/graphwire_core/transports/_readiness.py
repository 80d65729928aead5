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

    `True` where that cannot be told: over TLS inside of TLS. Over HTTP/2 what arrives may be of no
    consequence to the body.

    Args:
        response: A response, as a library of httpx's family has it.
        timeout: Seconds; `None` for no limit.
        chunked: Whether its body comes in chunks.
    """
    body = _innermost(response.stream)
    network = response.extensions.get("network_stream")
    sock = network.get_extra_info("socket") if network is not None else None
    if body is None or sock is None:
        return True
    inner = network.get_extra_info("ssl_object")
    encrypted = isinstance(sock, ssl.SSLSocket)
    if encrypted and isinstance(inner, ssl.SSLObject):
        return True
    if _has_arrived(body, network, chunked=chunked):
        return True
    if encrypted and sock.pending():
        return True
    return is_readable(sock, timeout)


def _innermost(stream: Any) -> Any | None:
    """Find the library's own body below the wrappers around it, which hold one another."""
    while stream is not None and not hasattr(stream, "_connection"):
        stream = getattr(stream, "_stream", None) or getattr(stream, "_httpcore_stream", None)
    return stream


def _has_arrived(body: Any, network: Any, *, chunked: bool) -> bool:
    """Tell whether something of a body waits to be read, in h11 or among the events of h2."""
    connection = body._connection  # noqa: SLF001  # there is no public way to any of this
    state = getattr(connection, "_h11_state", None)
    if state is None:
        events = getattr(connection, "_events", {})
        return bool(events.get(getattr(body, "_stream_id", None)))
    received, closed = state.trailing_data
    inlet = getattr(network, "inlet", None)
    received += (inlet and inlet.held) or b""
    return bool(closed or (_is_data(received) if chunked else received))


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
