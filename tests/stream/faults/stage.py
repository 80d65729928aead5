"""A server of one run on raw sockets: each request for its stream meets the next act of a script.

The acts say in bytes what is sent and how the connection ends. Between two pieces they wait for the
test where it hands them an event, never for a time.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from tests.stream.scripted import RUN, THREAD, run_body
from tests.transports.wire import PATIENCE, Peer, Received, Server, chunk, response

__all__ = [
    "HEAD",
    "JSON",
    "LOCATION",
    "RUN",
    "THREAD",
    "Act",
    "Hold",
    "Stage",
    "finish",
    "one_by_one",
    "refusal",
    "stream",
    "tell",
]

Act = Callable[[Peer], None]
"""What the server does with one request for the stream."""

OK = "HTTP/1.1 200 OK"
KIND = "content-type: text/event-stream; charset=utf-8"
JSON = "content-type: application/json"
LOCATION = f"location: /threads/{THREAD}/runs/{RUN}/stream"
HEAD = (OK, KIND, LOCATION, f"content-location: /threads/{THREAD}/runs/{RUN}")
"""Status line and headers, as the real server writes them."""


class Stage:
    """The server; `acts` are met in order, and the run is asked for beside them.

    `run` is the status of the run at each question, the last one from then on; an act there answers
    in another way.
    """

    def __init__(self, *acts: Act, run: Sequence[str | Act] = ("success",)) -> None:
        self.streams: list[Received] = []
        """Requests for the stream: the first one, and those that went on."""
        self.questions = 0
        """How often the run was asked for."""
        self._acts = iter(acts)
        self._run = run
        self._lock = threading.Lock()
        self._server = Server(self._serve)
        self.url = self._server.url
        self.origin = self.url.partition("//")[2]

    @property
    def resumed_after(self) -> list[str | None]:
        """The `Last-Event-ID` of every request for the stream but the first."""
        return [request.header("last-event-id") for request in self.streams[1:]]

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self._server.connections

    def _serve(self, peer: Peer) -> None:
        peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            request = peer.request()
            if request.line.split()[1].endswith(f"/runs/{RUN}"):
                status = self._run[min(self.questions, len(self._run) - 1)]
                self.questions += 1
                tell(status)(peer) if isinstance(status, str) else status(peer)
                continue
            with self._lock:
                self.streams.append(request)
                act = next(self._acts, None)
            assert act is not None, f"one request too many: {request.line}"
            act(peer)

    def close_connections(self) -> None:
        """End every connection."""
        for sock in tuple(self._server._open):  # another connection may be made meanwhile
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def stop_listening(self) -> None:
        """Refuse connections from now on."""
        listener = self._server._listener
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, traceback)


class Hold:
    """Ends an act by waiting until the client closes."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def __call__(self, peer: Peer) -> None:
        peer.wait_closed()
        self._closed.set()

    def is_closed(self) -> bool:
        """Wait until the client has closed; return whether it did."""
        return self._closed.wait(PATIENCE / 2)


def tell(status: str) -> Act:
    """Make an act that tells the status of the run."""
    return refusal("200 OK", JSON, body=run_body(status))


def finish(peer: Peer) -> None:
    """End a chunked body in order, and keep the connection."""
    peer.send(b"0\r\n\r\n")


def stream(
    *pieces: bytes | threading.Event,
    end: Act = finish,
    head: Iterable[str] = HEAD,
    chunked: bool = True,
) -> Act:
    """Make an act that sends pieces of a body, and waits where one is an event.

    A body that is not chunked ends with its connection.
    """
    lines = [*head, "transfer-encoding: chunked" if chunked else "connection: close", "", ""]

    def act(peer: Peer) -> None:
        peer.send("\r\n".join(lines).encode())
        for piece in pieces:
            if isinstance(piece, threading.Event):
                assert piece.wait(PATIENCE)
            elif piece:
                peer.send(chunk(piece) if chunked else piece)
        end(peer)

    return act


def refusal(status: str, *headers: str, body: bytes = b"") -> Act:
    """Make an act that answers with a status, or with something that is no stream."""
    return lambda peer: peer.send(response(body, *headers, status=status))


def one_by_one(body: bytes, size: int = 1) -> Iterator[bytes]:
    """Cut a body into pieces of a size."""
    return (body[start : start + size] for start in range(0, len(body), size))
