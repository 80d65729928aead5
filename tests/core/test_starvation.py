"""A sync client with many open streams has its calls answered, whichever threads make them."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.core.wire import Seen, WireServer, ok

from graphwire import get_sync_client
from graphwire_core.transports import Timeout

STREAMS, CALLS = 200, 500
PATIENCE = 60.0
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


@pytest.mark.parametrize("transport", ["httpx", "httpx2"])
def test_open_streams_starve_no_calls_of_other_threads(transport: str) -> None:
    opened, released = threading.Semaphore(0), threading.Event()

    def serve(seen: Seen, connection: socket.socket) -> str | None:
        if "/stream" not in seen.line:
            connection.sendall(ok(b'{"ok": true}'))
            return None
        connection.sendall(HEAD + b"event: values\ndata: {}\n\n")
        opened.release()
        assert released.wait(PATIENCE)
        connection.sendall(b"event: end\ndata: null\n\n")
        return "close"

    patience = Timeout(connect=30, pool=30)  # a busy machine needs its time for 700 requests
    with (
        WireServer(serve) as server,
        get_sync_client(server.url, api_key=None, transport=transport, timeout=patience) as client,
        ThreadPoolExecutor(STREAMS) as readers,
        ThreadPoolExecutor(50) as callers,
    ):

        def read(_: int) -> list[str]:
            return [part.event for part in client.runs.join_stream("t", "r")]

        reading = [readers.submit(read, number) for number in range(STREAMS)]
        try:
            assert all(opened.acquire(timeout=PATIENCE) for _ in range(STREAMS))
            answers = [callers.submit(client.server.ok) for _ in range(CALLS)]
            assert all(answer.result(PATIENCE).ok for answer in answers)
            assert not any(one.done() for one in reading)
        finally:
            released.set()
        assert all(one.result(PATIENCE)[0] == "values" for one in reading)
