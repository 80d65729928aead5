"""A server of raw sockets: each connection is a thread of its own that follows a script."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from graphwire_core.transports import Request, Timeout

PATIENCE = 10.0
"""Seconds after which a test that waits has failed."""


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever its case."""
        return {key.lower(): value for key, value in self.headers}.get(name)


class Peer:
    """The server's end of a connection."""

    def __init__(self, sock: socket.socket, received: list[Received]) -> None:
        self.sock = sock
        self._received = received
        self._buffer = b""

    def request(self) -> Received:
        """Read a request; raise `EOFError` when the client has closed."""
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._read()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = [
            (name, value.strip()) for name, _, value in (one.partition(":") for one in lines)
        ]
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        size = lengths[0] if lengths else 0
        while len(self._buffer) < size:
            self._buffer += self._read()
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        request = Received(line, headers, body)
        self._received.append(request)
        return request

    def _read(self) -> bytes:
        data = self.sock.recv(1 << 16)
        if not data:
            raise EOFError
        return data

    def send(self, *pieces: bytes) -> None:
        """Write to the client."""
        self.sock.sendall(b"".join(pieces))

    def close(self) -> None:
        """End the connection in order."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)
        self.sock.close()

    def reset(self) -> None:
        """End the connection with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_closed(self) -> None:
        """Wait until the client has closed, in order or not."""
        with contextlib.suppress(OSError):
            while self.sock.recv(1 << 16):
                pass


Script = Callable[[Peer], None]


class Server:
    """Listens on a free port of the loopback; `script` has each connection to itself."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._failures: list[AssertionError] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._run(self._accept)

    def _run(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(sock)
            self._run(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        talking = sock
        try:
            if self._tls is not None:
                talking = self._tls.wrap_socket(sock, server_side=True)
                self._open.add(talking)
            self._script(Peer(talking, self.requests))
        except (OSError, EOFError):
            pass
        except AssertionError as error:
            self._failures.append(error)
        finally:
            talking.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a script did not end"
        if error is None and self._failures:
            raise self._failures[0]


def response(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """Return a complete response."""
    lines = (f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


def chunk(data: bytes) -> bytes:
    """Return a chunk of a chunked body; an empty one is its end."""
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


def answer(*pieces: bytes) -> Script:
    """Make a script that gives every request the same response, and keeps the connection."""

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(*(pieces or (response(b"{}"),)))

    return script


def get(url: str, path: str = "/", **timeouts: float | None) -> Request:
    """Make a request without a body."""
    return Request("GET", url + path, {"accept": "application/json"}, b"", _timeout(timeouts))


def post(url: str, content: bytes, path: str = "/", **timeouts: float | None) -> Request:
    """Make a request with a body."""
    headers = {"content-type": "application/json", "content-length": str(len(content))}
    return Request("POST", url + path, headers, content, _timeout(timeouts))


def _timeout(given: dict[str, float | None]) -> Timeout:
    patient = {"connect": PATIENCE, "read": PATIENCE, "write": PATIENCE, "pool": PATIENCE}
    return Timeout(**{**patient, **given})


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def blackhole() -> Iterator[str]:
    """A URL where connections are never established: the queue of its listener is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(64):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
            if not select.select([], [waiting], [], 0.1)[1]:
                break
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
