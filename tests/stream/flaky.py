"""A proxy on loopback that cuts connections: each as many bytes into its answers as it is told."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


@contextlib.contextmanager
def flaky_proxy(target: str, cuts: list[int]) -> Iterator[str]:
    """Forward to `target`; reset the first connections after `cuts` bytes of their answers."""
    parts = urlsplit(target)
    listener = socket.create_server(("127.0.0.1", 0))
    left = list(cuts)
    threading.Thread(
        target=_accept, args=(listener, (parts.hostname, parts.port), left), daemon=True
    ).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def _accept(listener: socket.socket, target: tuple[str, int], left: list[int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(target)
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()
            threading.Thread(target=_answer, args=(server, client, left), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _answer(server: socket.socket, client: socket.socket, left: list[int]) -> None:
    """Forward the answers; one that streams events is cut, as long as cuts are left."""
    limit: int | None = None
    sent = 0
    with contextlib.suppress(OSError), server, client:
        while data := server.recv(65536):
            if limit is None and b"text/event-stream" in data and left:
                limit = sent + left.pop(0)
            if limit is not None and sent + len(data) >= limit:
                client.sendall(data[: limit - sent])
                # Lingering for no time makes the close a reset, once nobody reads any more.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.shutdown(socket.SHUT_RD)
                return
            client.sendall(data)
            sent += len(data)
