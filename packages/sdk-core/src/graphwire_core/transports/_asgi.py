"""An ASGI application as a transport: no socket, bodies arrive as the application sends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from graphwire_core.errors import RequestTimeout, TransportError
from graphwire_core.transports._types import Request

__all__ = ["AsgiApplication", "AsyncAsgiTransport"]

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
SendMessage = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Scope, Receive, SendMessage], Awaitable[None]]
"""An application of the ASGI specification, version 3."""

_END: Final = None


class _Exchange:
    """One request inside the application, as a task that the response owns."""

    def __init__(self, app: AsgiApplication, scope: dict[str, Any], body: bytes) -> None:
        self._body: bytes | None = body
        self._gone = asyncio.Event()
        self._head: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        # One chunk waits: the application writes as fast as it is read.
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        self._task = asyncio.create_task(self._run(app, scope))

    async def head(self, timeout: float | None) -> Message:
        """Wait until the application has answered."""
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.shield(self._head)
        except TimeoutError as error:
            await self.aclose()
            raise RequestTimeout(f"The application did not answer within {timeout} s") from error
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """Tell the application that the client is gone, and end its task."""
        self._gone.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if self._head.done() and not self._head.cancelled():
            self._head.exception()  # it is known to whoever waited for it
        self._head.cancel()

    def failure(self) -> BaseException | None:
        """Return what the application raised, if it has ended so."""
        return self._task.exception() if self._task.done() and not self._task.cancelled() else None

    async def _run(self, app: AsgiApplication, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:
            if not self._head.done():
                self._head.set_exception(_failed(error))
            raise
        finally:
            if not self._head.done():
                self._head.set_exception(TransportError("The application ended without answering"))
            if not self._gone.is_set():
                await self.chunks.put(_END)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self._head.done():
            self._head.set_result(message)
        elif message["type"] == "http.response.body":
            if message.get("body"):
                await self.chunks.put(bytes(message["body"]))
            if not message.get("more_body", False):
                await self.chunks.put(_END)


class AsyncAsgiResponse:
    """A response that the application is still writing."""

    def __init__(self, exchange: _Exchange, head: Message, timeout: float | None) -> None:
        self._exchange = exchange
        self._timeout = timeout
        self._ended = False
        self.status_code = int(head["status"])
        headers: dict[str, str] = {}
        for raw_name, raw_value in head.get("headers", ()):
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        self.headers: Mapping[str, str] = headers

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as the application sends it."""
        while not self._ended:
            try:
                async with asyncio.timeout(self._timeout):
                    chunk = await self._exchange.chunks.get()
            except TimeoutError as error:
                raise RequestTimeout(f"Nothing could be read for {self._timeout} s") from error
            if chunk is not _END:
                yield chunk
                continue
            self._ended = True
            failure = self._exchange.failure()
            if failure is not None:
                raise _failed(failure) from failure

    async def aclose(self) -> None:
        """End the exchange; the application sees a disconnect."""
        self._ended = True
        await self._exchange.aclose()


class AsyncAsgiTransport:
    """Calls an ASGI application in this event loop; its lifespan is its owner's affair."""

    def __init__(self, app: AsgiApplication, *, root_path: str = "") -> None:
        """Create a transport.

        Args:
            app: The application.
            root_path: Path below which it is mounted, as in its scope.
        """
        self._app = app
        self._root_path = root_path

    async def send(self, request: Request) -> AsyncAsgiResponse:
        """Call the application and return when it has answered."""
        exchange = _Exchange(self._app, self._scope(request), request.content)
        head = await exchange.head(request.timeout.read)
        return AsyncAsgiResponse(exchange, head, request.timeout.read)

    async def aclose(self) -> None:
        """Do nothing: each response ends its own exchange."""

    def _scope(self, request: Request) -> dict[str, Any]:
        parts = urlsplit(request.url)
        headers = {"host": parts.netloc, **request.headers}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": parts.scheme,
            "path": unquote(parts.path),
            "raw_path": parts.path.encode("ascii"),
            "query_string": parts.query.encode("ascii"),
            "root_path": self._root_path,
            "headers": [(name.encode("ascii"), value.encode()) for name, value in headers.items()],
            "server": (parts.hostname, parts.port),
            "client": ("127.0.0.1", 0),
        }


def _failed(error: BaseException) -> TransportError:
    return TransportError(f"The application failed: {type(error).__name__}: {error}")
