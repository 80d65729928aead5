"""A small SOCKS5 proxy (RFC 1928), with the credentials of the other proxies."""

from __future__ import annotations

import socket

from tests.transports.proxies import PASSWORD, USER, tunnel
from tests.transports.wire import Peer, Script


class Socks:
    """The script of a proxy; `asked` are the hosts and ports that it was to lead to."""

    def __init__(self, *, wants_credentials: bool = True, reply: int = 0, bound: int = 1) -> None:
        self.asked: list[tuple[str, int]] = []
        self._method = 2 if wants_credentials else 0
        self._reply = reply
        self._bound = {1: bytes(6), 3: b"\x04here" + bytes(2), 4: bytes(18)}[bound]
        self._kind = bound

    def __call__(self, peer: Peer) -> None:
        methods = _read(peer, 2)[1]
        if self._method not in _read(peer, methods):
            peer.send(b"\x05\xff")
            return
        peer.send(bytes([5, self._method]))
        if self._method == 2:
            name = _read(peer, _read(peer, 2)[1])
            password = _read(peer, _read(peer, 1)[0])
            right = (name, password) == (USER.encode(), PASSWORD.encode())
            peer.send(bytes([1, 0 if right else 1]))
            if not right:
                return
        host = self._host(peer, _read(peer, 4)[3])
        port = int.from_bytes(_read(peer, 2))
        self.asked.append((host, port))
        answer = bytes([5, self._reply, 0, self._kind]) + self._bound
        for byte in answer[:-1]:  # in pieces, as a network may cut it
            peer.send(bytes([byte]))
        if self._reply:
            peer.send(answer[-1:])
            return
        tunnel(peer, ("127.0.0.1", port), answer[-1:])

    @staticmethod
    def _host(peer: Peer, kind: int) -> str:
        if kind == 1:
            return socket.inet_ntop(socket.AF_INET, _read(peer, 4))
        if kind == 4:
            return socket.inet_ntop(socket.AF_INET6, _read(peer, 16))
        return _read(peer, _read(peer, 1)[0]).decode()


def _read(peer: Peer, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = peer.sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def saying(*answers: bytes) -> Script:
    """Make a script that answers what it reads with the next of some bytes, then hangs up."""

    def script(peer: Peer) -> None:
        for answer in answers:
            peer.sock.recv(1 << 16)
            peer.send(answer)

    return script
