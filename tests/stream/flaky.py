"""A proxy on loopback that cuts connections: each as many bytes into its answers as it is told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.transports.wire import Peer, Server


@contextlib.contextmanager
def flaky_proxy(target: str, cuts: list[int]) -> Iterator[str]:
    """Forward to `target`; reset the first connections after `cuts` bytes of their answers."""
    parts = urlsplit(target)
    left = list(cuts)

    def script(peer: Peer) -> None:
        peer.sock.settimeout(None)  # a connection may rest for long
        with socket.create_connection((parts.hostname, parts.port)) as server:
            pump = threading.Thread(target=_pump, args=(peer.sock, server), daemon=True)
            pump.start()
            cut = _answer(server, peer, left)
            with contextlib.suppress(OSError):
                peer.sock.shutdown(socket.SHUT_RD)  # only a socket that nobody reads is reset
            pump.join()
        if cut:
            peer.reset()

    with Server(script) as proxy:
        yield proxy.url


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _answer(server: socket.socket, peer: Peer, left: list[int]) -> bool:
    """Forward the answers; one that streams events is cut, as long as cuts are left."""
    limit: int | None = None
    sent = 0
    with contextlib.suppress(OSError):
        while data := server.recv(65536):
            if limit is None and b"text/event-stream" in data and left:
                limit = sent + left.pop(0)
            if limit is not None and sent + len(data) >= limit:
                peer.send(data[: limit - sent])
                return True
            peer.send(data)
            sent += len(data)
    return False
