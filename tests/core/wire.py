"""A raw server on a free loopback port, whose answers a test writes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Seen, socket.socket], object]
"""Writes what the server says to one request; returns "close" to hang up."""


def ok(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    """Write a complete response."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{extra}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class WireServer:
    """Serves each connection in a thread of its own, for as long as a `with` block lasts."""

    def __init__(self, answer: Answer) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.stopped = Event()
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._thread = Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _accept(self) -> None:
        while not self.stopped.is_set():
            with suppress(OSError):
                connection, _ = self._socket.accept()
                self.connections += 1
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader, suppress(OSError):
            while line := reader.readline().decode().strip():
                headers = {}
                while field := reader.readline().decode().strip():
                    name, _, value = field.partition(":")
                    headers[name.lower()] = value.strip()
                body = reader.read(int(headers.get("content-length", 0)))
                self.seen.append(seen := Seen(line, headers, body))
                if self._answer(seen, connection) == "close":
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
                    return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(10)


def saying(*answers: bytes) -> Answer:
    """Answer each request with the next of some responses, the last one again and again."""
    left = list(answers)

    def answer(_: Seen, connection: socket.socket) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return answer
