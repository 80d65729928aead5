"""A server on a free loopback port: it keeps each request and answers from a script."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 20.0
"""Bound of everything that waits here."""


@dataclass(frozen=True)
class Reply:
    """One scripted answer, sent in chunks."""

    body: bytes = b'{"ok": true}'
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    held: bool = False
    """Whether the body goes on after these bytes, until the client or the test is done."""
    late: bool = False
    """Whether nothing is sent until then, not even a head."""
    cut: bool = False
    """Whether the connection is closed before the body's end."""


EVENTS = b'id: 1\nevent: values\ndata: {"step": 1}\n\nid: 2\nevent: values\ndata: {"step": 2}\n\n'
END = b"event: end\ndata: null\n\n"
STREAM = {"content-type": "text/event-stream"}


@dataclass(frozen=True)
class Received:
    """What one request looked like."""

    method: str
    target: str
    headers: Mapping[str, str]


class LocalServer:
    """What the tests script and look at."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.received: list[Received] = []
        self.done = threading.Event()
        self.reached = threading.Event()
        """Set when a held body has been begun, or a late head is waited for."""
        self.url = ""

    def answers(self, *replies: Reply) -> None:
        self.replies.extend(replies)


@contextmanager
def running() -> Iterator[LocalServer]:
    """Run a server in a thread; it is gone, with its connections, afterwards."""
    local = LocalServer()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _handler(local))
    httpd.daemon_threads = False  # closing the server waits for them
    local.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield local
    finally:
        local.done.set()
        httpd.shutdown()
        thread.join(SECONDS)
        httpd.server_close()


def _handler(local: LocalServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SECONDS

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            local.received.append(Received(self.command, self.path, headers))
            reply = local.replies.popleft() if local.replies else Reply()
            self.close_connection = True
            if reply.late:
                local.reached.set()
                local.done.wait(SECONDS)
            else:
                _send(self, reply, local)

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler


def _send(handler: BaseHTTPRequestHandler, reply: Reply, local: LocalServer) -> None:
    handler.send_response(reply.status)
    for name, value in {"content-type": "application/json", **reply.headers}.items():
        handler.send_header(name, value)
    handler.send_header("transfer-encoding", "chunked")
    handler.send_header("connection", "close")
    handler.end_headers()
    if reply.body:
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(reply.body), reply.body))
    if reply.held:
        handler.wfile.flush()
        local.reached.set()
        local.done.wait(SECONDS)
    if reply.cut:
        return
    try:
        handler.wfile.write(b"0\r\n\r\n")
    except OSError:
        assert reply.held  # the client closed the body early
