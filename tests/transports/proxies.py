"""A small proxy: forwards plain requests, tunnels the others, and asks for credentials."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
from urllib.parse import urlsplit

from tests.transports.wire import PATIENCE, Peer, Script, response

USER, PASSWORD = "ada", "p@ss:word"
IN_URL = "ada:p%40ss%3Aword"
"""The credentials as they stand in a URL."""
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
EXPECTED = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def proxying(*, refuses: bool = False) -> Script:
    """Make the script of a proxy."""

    def script(peer: Peer) -> None:
        while True:
            request = peer.request()
            method, target, _ = request.line.split(" ")
            if refuses or request.header("proxy-authorization") != EXPECTED:
                peer.send(response(b"", status="407 Proxy Authentication Required"))
                continue
            if method == "CONNECT":
                host, _, port = target.rpartition(":")
                tunnel(peer, (host, int(port)), ESTABLISHED)
                return
            parts = urlsplit(target)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            kept = [one for one in request.headers if not one[0].lower().startswith("proxy-")]
            lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in kept)]
            head = "\r\n".join([*lines, "connection: close", "", ""]).encode()
            with socket.create_connection((parts.hostname, parts.port), PATIENCE) as upstream:
                upstream.sendall(head + request.body)
                upstream.shutdown(socket.SHUT_WR)
                while data := upstream.recv(1 << 16):
                    peer.send(data)
            return

    return script


def tunnel(peer: Peer, address: tuple[str, int], answer: bytes) -> None:
    """Connect to a server, say so, and forward what comes from either end."""
    with socket.create_connection(address, PATIENCE) as upstream:
        peer.send(answer)
        ends = {peer.sock: upstream, upstream: peer.sock}
        with contextlib.suppress(OSError):
            while True:
                for readable in select.select(list(ends), [], [], PATIENCE)[0]:
                    data = readable.recv(1 << 16)
                    if not data:
                        return
                    ends[readable].sendall(data)
