"""Servers that break in the middle: scripts by name, for a request that is complete."""

from __future__ import annotations

from collections.abc import Callable

from tests.transports.wire import CHUNKED, Peer, chunk

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
OPEN_ENDED = HEAD + b"\r\n"


def then(end: Callable[[Peer], None], *pieces: bytes) -> Callable[[Peer], None]:
    """Make a script that writes something in answer, then ends the connection."""

    def script(peer: Peer) -> None:
        peer.request()
        if pieces:
            peer.send(*pieces)
        end(peer)

    return script


FAULTS: dict[str, Callable[[Peer], None]] = {
    "closed without an answer": then(Peer.close),
    "reset without an answer": then(Peer.reset),
    "half a head": then(Peer.close, b"HTTP/1.1 200 OK\r\ncontent-ty"),
    "another protocol": then(Peer.close, b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "binary garbage": then(Peer.close, bytes(range(256)) * 4),
    "a status that is no number": then(Peer.close, b"HTTP/1.1 abc OK\r\n\r\n"),
    "a shorter body than announced": then(Peer.close, HEAD, b"content-length: 100\r\n\r\n", b"{"),
    "a reset before the announced end": then(
        Peer.reset, HEAD, b"content-length: 100\r\n\r\n", b"{"
    ),
    "a length that is no number": then(Peer.close, HEAD, b"content-length: many\r\n\r\n", b"{}"),
    "chunks without an end": then(Peer.close, CHUNKED, chunk(b"one")),
    "a cut chunk": then(Peer.close, CHUNKED, chunk(b"one"), b"64\r\npart"),
    "a chunk size that is no number": then(Peer.close, CHUNKED, chunk(b"one"), b"xyz\r\ntwo\r\n"),
    "an encoding that is none": then(
        Peer.close, HEAD, b"content-encoding: gzip\r\ncontent-length: 9\r\n\r\n", b"not gzip!"
    ),
}
"""Whatever happens here is a `TransportError`, after one request on one connection."""
