"""An identity provider on a socket of this machine, and connections that carry credentials."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from graphwire_auth import Connection

Answer = tuple[int, dict[str, str], bytes]


def carrying(token: str | None = None, **headers: str) -> Connection:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        given["authorization"] = f"Bearer {token}"
    return Connection("GET", "/", given)


class Provider:
    """Answers every request with `answer`, and remembers what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Callable[[], Answer] = lambda: (404, {}, b"")
        self.stalls = False
        self.drips = False
        self.gate = threading.Event()

    def says(self, found: object, status: int = 200, **headers: str) -> None:
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.answer = lambda: (status, headers, body)


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            found.requests.append((self.command, dict(self.headers), body))
            if found.stalls:
                found.gate.wait(30)
            status, headers, answer = found.answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.write(answer)

        do_POST = do_GET

        def write(self, answer: bytes) -> None:
            if not found.drips:
                self.wfile.write(answer)
                return
            for index in range(len(answer)):
                self.wfile.write(answer[index : index + 1])
                self.wfile.flush()
                if found.gate.wait(0.05):
                    return

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Provider(f"http://127.0.0.1:{server.server_address[1]}/keys")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        found.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()
