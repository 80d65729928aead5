"""The scripted stream server: real sockets, and nothing behind them but a script."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from graphwire_core._json import encode_json
from graphwire_core.testing._calls import RecordedCall
from graphwire_core.testing._script import Delay, Drop, Hold, Step, check_script
from graphwire_core.testing._scripted import Playing, ScriptedRun, ScriptedThreads, Wanted
from graphwire_core.transports._types import Request, Timeout

__all__ = ["StreamServer"]

HOST = "127.0.0.1"
POLL = 0.01
"""Seconds between two looks at whether the server was stopped."""


class StreamServer:
    """A server on a free loopback port whose runs play a script.

    It knows threads, their states, and the streams of runs: enough for a client to start, follow,
    resume, cancel and answer a run. A run of a thread that asks continues the script; any other
    plays it from its beginning.

    ```python
    script = [Event("values", {"n": 1}), Drop(), Event("values", {"n": 2})]
    with StreamServer(script) as server:
        client = get_sync_client(server.url)
    ```
    """

    def __init__(self, script: Sequence[Step]) -> None:
        """Describe a server; `start` or a `with` block starts it.

        Args:
            script: What each run does, step by step.

        Raises:
            ConfigurationError: A step of the script is none.
            InvalidArgumentError: The data of an event has no JSON form.
        """
        self.calls: list[RecordedCall] = []
        """Every request, in order."""
        self._threads = ScriptedThreads(check_script(script))
        self._gate = threading.Semaphore(0)
        self._done = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where the server is."""
        return f"http://{HOST}:{self._server.server_port if self._server else 0}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start to answer."""
        self._done.clear()
        self._server = _Server((HOST, 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name="graphwire script", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End every answer, and stop."""
        self._done.set()
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            self._thread.join()
            server.server_close()

    def release(self) -> None:
        """Let a run go on that has reached, or will reach, a `Hold`."""
        self._gate.release()

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        content = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        url = f"{self.url}{handler.path}"
        call = RecordedCall.of(Request(handler.command, url, headers, content, Timeout()))
        self.calls.append(call)
        answer = self._threads.answer(call)
        if isinstance(answer, Playing):
            _stream(handler, answer.headers, self._performed(answer.run, answer.after))
        elif isinstance(answer, Wanted):
            for _ in self._performed(answer.run, None):
                pass
            _send(handler, 200, answer.run.outcome)
        else:
            _send(handler, *answer)

    def _performed(self, run: ScriptedRun, after: str | None) -> Iterator[bytes | Drop]:
        """Wait where the script waits; yield what is to be sent, and drops."""
        for action in run.play(after):
            if isinstance(action, Delay):
                self._done.wait(action.seconds)
            elif isinstance(action, Hold):
                while not self._gate.acquire(timeout=POLL):
                    if self._done.is_set() or run.status != "running":
                        return
            else:
                yield action
            if self._done.is_set():
                return


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing the server waits for them

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader who has left."""


def _handler(server: StreamServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._respond
            raise AttributeError(name)

        def _respond(self) -> None:
            self.close_connection = True
            server.respond(self)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def _send(handler: BaseHTTPRequestHandler, status_code: int, value: Any) -> None:
    body = b"" if status_code == 204 else encode_json(value, argument="value")  # noqa: PLR2004
    handler.send_response(status_code)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(body)))
    handler.send_header("connection", "close")
    handler.end_headers()
    handler.wfile.write(body)


def _stream(
    handler: BaseHTTPRequestHandler, headers: dict[str, str], pieces: Iterator[bytes | Drop]
) -> None:
    handler.send_response(200)
    for name, value in {**headers, "transfer-encoding": "chunked", "connection": "close"}.items():
        handler.send_header(name, value)
    handler.end_headers()
    for piece in pieces:
        if isinstance(piece, Drop):
            if piece.reset:
                _reset(handler.connection)
                return
            break
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    handler.wfile.write(b"0\r\n\r\n")


def _reset(connection: socket.socket) -> None:
    """End a connection without a word; lingering for no time makes the close a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
