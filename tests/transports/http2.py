"""A server that speaks HTTP/2 over TLS: a loop in a thread, and a script for each request."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    RequestReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.settings import SettingCodes, Settings
from tests.transports.wire import PATIENCE


class Exchange:
    """A request that is complete, and the way to answer it."""

    def __init__(self, link: Link, stream_id: int, headers: list[tuple[str, str]]) -> None:
        self.headers = dict(headers)
        self.body = b""
        self.link = link
        self.number = stream_id
        self.left = asyncio.Event()
        """The client has reset the stream, or is gone."""

    @property
    def line(self) -> str:
        """Method and target."""
        return f"{self.headers[':method']} {self.headers[':path']}"

    def head(self, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        """Send the head of the response."""
        own = [(name.replace("_", "-"), value) for name, value in headers.items()]
        head = [(":status", str(status)), ("content-type", kind), *own]
        self.link.http.send_headers(self.number, head)
        self.link.flush()

    async def data(self, data: bytes, *, end: bool = False) -> None:
        """Send a part of the body, as the client's window allows."""
        while data:
            room = self.link.http.local_flow_control_window(self.number)
            if room == 0:
                await self.link.opened()
                continue
            size = min(room, len(data), self.link.http.max_outbound_frame_size)
            self.link.http.send_data(self.number, data[:size])
            self.link.flush()
            data = data[size:]
        if end:
            self.link.http.end_stream(self.number)
            self.link.flush()

    async def answer(self, body: bytes = b"{}", status: int = 200, **headers: str) -> None:
        """Send a whole response."""
        self.head(status, **headers)
        await self.data(body, end=True)

    def reset(self) -> None:
        """End the stream alone."""
        self.link.http.reset_stream(self.number, ErrorCodes.INTERNAL_ERROR)
        self.link.flush()

    def go_away(self) -> None:
        """Say that the connection takes no more than it has."""
        self.link.http.close_connection(last_stream_id=self.number)
        self.link.flush()


Handler = Callable[[Exchange], Awaitable[None]]


class Link(asyncio.Protocol):
    """A connection."""

    def __init__(self, server: Http2Server) -> None:
        self._server = server
        settings = H2Configuration(client_side=False, header_encoding="utf-8")
        self.http = H2Connection(settings)
        self.exchanges: dict[int, Exchange] = {}
        self.gone = threading.Event()
        self._window = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._server.links.append(self)
        if transport.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
            self.transport.close()
            return
        streams = {SettingCodes.MAX_CONCURRENT_STREAMS: self._server.streams}
        self.http.local_settings = Settings(client=False, initial_values=streams)
        self.http.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.transport.write(self.http.data_to_send())

    async def opened(self) -> None:
        self._window.clear()
        await self._window.wait()

    def data_received(self, data: bytes) -> None:
        for event in self.http.receive_data(data):
            self._note(event)
        self.flush()

    def _note(self, event: object) -> None:
        if isinstance(event, RequestReceived):
            headers: Any = event.headers
            self.exchanges[event.stream_id] = Exchange(self, event.stream_id, headers)
        elif isinstance(event, DataReceived):
            self.exchanges[event.stream_id].body += event.data
            self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self._server.serve(self.exchanges[event.stream_id])
        elif isinstance(event, StreamReset):
            self.exchanges[event.stream_id].left.set()
        elif isinstance(event, WindowUpdated):
            self._window.set()
        elif isinstance(event, ConnectionTerminated):
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        for exchange in self.exchanges.values():
            exchange.left.set()


class Http2Server:
    """Listens on a free port of the loopback."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext, *, streams: int = 100) -> None:
        tls.set_alpn_protocols(["h2"])
        self.streams = streams
        self.links: list[Link] = []
        self.exchanges: list[Exchange] = []
        self._handler = handler
        self._tls = tls
        self._failures: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._end: asyncio.Event
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self.links)

    def serve(self, exchange: Exchange) -> None:
        """Start to answer a request."""
        self.exchanges.append(exchange)
        task = self._loop.create_task(self._served(exchange))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _served(self, exchange: Exchange) -> None:
        try:
            await self._handler(exchange)
        except Exception as error:  # noqa: BLE001  # the test is told at its end
            self._failures.append(error)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self._end = asyncio.Event()
        listener = await self._loop.create_server(
            lambda: Link(self), "127.0.0.1", 0, ssl=self._tls, ssl_shutdown_timeout=1
        )
        self.url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._end.wait()
        listener.close()
        for task in list(self._tasks):
            task.cancel()
        for link in self.links:
            link.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(PATIENCE)
        return self

    def call(self, function: Callable[[], object]) -> None:
        """Have the server do something, and wait until it is done."""
        done = threading.Event()

        def run() -> None:
            with contextlib.suppress(Exception):
                function()
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(PATIENCE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server did not end"
        if error is None and self._failures:
            raise self._failures[0]
