"""One request inside an ASGI application: a task in its loop, whose answer is read as it comes.

No sockets and no threads: what lies between a caller and another event loop is `_crossing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from graphwire_core.errors import RequestTimeout, TransportError
from graphwire_core.transports._types import Request

__all__ = ["AsgiApplication", "AsgiExchange", "Head", "finish", "raised", "scope_of"]

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
SendMessage = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Scope, Receive, SendMessage], Awaitable[None]]
"""An application of the ASGI specification, version 3."""

_LAST_MOMENTS: Final = 5.0
"""Seconds that an application has to end after its client has left."""


class Head(NamedTuple):
    """How an answer begins."""

    status_code: int
    headers: Mapping[str, str]
    """Names in lower case, repeated ones joined by `, `."""


def scope_of(request: Request, *, root_path: str = "", prefix: str = "") -> dict[str, Any]:
    """Make the scope that an application sees of a request.

    Args:
        request: The request.
        root_path: Where the application believes to be mounted.
        prefix: Path in front of the request's own.
    """
    parts = urlsplit(request.url)
    headers = {"host": parts.netloc, **request.headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": prefix + unquote(parts.path),
        "raw_path": (prefix + parts.path).encode("ascii"),
        "query_string": parts.query.encode("ascii"),
        "root_path": root_path,
        "headers": [(name.encode("ascii"), value.encode()) for name, value in headers.items()],
        "server": (parts.hostname, parts.port),
        "client": ("127.0.0.1", 0),
    }


class AsgiExchange:
    """One request and its answer. Its coroutines run in the event loop of the application."""

    def __init__(
        self,
        app: AsgiApplication,
        scope: dict[str, Any],
        request: Request,
        under_way: set[AsgiExchange],
        *,
        enter: Callable[[], None] | None = None,
    ) -> None:
        """Prepare a request; `begin()` sends it.

        Args:
            app: The application.
            scope: See `scope_of`.
            request: The request: its body and its limit of silence.
            under_way: Where the exchange is kept until the application is done with it.
            enter: Called in the context of the request's task, before the application is.
        """
        self._app = app
        self._scope = scope
        self._body: bytes | None = request.content
        self._silence = request.timeout.read
        self._under_way = under_way
        self._enter = enter
        self._task: asyncio.Task[None] | None = None
        self._head: Head | None = None
        self._answered = asyncio.Event()
        self._writing = asyncio.Lock()
        self._chunk: bytes | None = None
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._complete = False
        self._over = False
        self._gone = asyncio.Event()
        self._failure: Exception | None = None

    async def begin(self, ended: Callable[[], None] | None = None) -> Head:
        """Send the request and return when it is answered; call `ended` when all is over.

        Raises:
            TransportError: The application failed, or ended without an answer.
            RequestTimeout: It was silent for longer than the request's limit.
        """
        self._task = asyncio.create_task(self._run())
        self._under_way.add(self)
        self._task.add_done_callback(lambda _: self._under_way.discard(self))
        if ended is not None:
            self._task.add_done_callback(lambda _: ended())
        try:
            async with asyncio.timeout(self._silence):
                await self._answered.wait()
        except TimeoutError as error:
            message = f"The application did not answer within {self._silence} s"
            raise RequestTimeout(message) from error
        if self._head is None:
            raise self._broken("The application ended without answering")
        return self._head

    async def chunk(self) -> bytes | None:
        """Return what comes next of the body, `None` at its end."""
        try:
            async with asyncio.timeout(self._silence):
                await self._readable.wait()
        except TimeoutError as error:
            message = f"Nothing could be read for {self._silence} s"
            raise RequestTimeout(message) from error
        chunk, self._chunk = self._chunk, None
        if chunk is not None:
            if not self._over:
                self._readable.clear()
            self._writable.set()
        elif not self._complete:
            raise self._broken("The application ended in the middle of its answer")
        return chunk

    async def end(self) -> None:
        """Leave: an application that still answers is cancelled; one that has, may finish."""
        self._gone.set()
        self._writable.set()
        if not self._complete:
            await self.stop()

    async def stop(self, grace: float = 0.0) -> None:
        """Cancel the application, if it does not end within seconds of grace."""
        task = self._task
        if task is None:
            return
        if grace:
            await asyncio.wait({task}, timeout=grace)
        task.cancel()
        await asyncio.wait({task}, timeout=_LAST_MOMENTS)

    async def _run(self) -> None:
        try:
            if self._enter is not None:
                self._enter()
            await self._app(self._scope, self._receive, self._send)
        except Exception as error:
            if self._complete:  # after the answer: asyncio reports it
                raise
            self._failure = error
        finally:
            self._over = True
            self._answered.set()
            self._readable.set()

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._head is None:
            self._head = _head(message)
            self._answered.set()
        elif message["type"] == "http.response.body" and not self._complete:
            async with self._writing:
                if message.get("body"):
                    await self._write(bytes(message["body"]))
                if not message.get("more_body", False):
                    self._complete = self._over = True
                    self._readable.set()

    async def _write(self, chunk: bytes) -> None:
        """Hand a chunk over; one may wait, so the application writes as fast as it is read."""
        await self._writable.wait()
        if self._gone.is_set():
            await asyncio.sleep(0)  # an application that never looks up could not be cancelled
            return
        self._chunk = chunk
        self._writable.clear()
        self._readable.set()

    def _broken(self, otherwise: str) -> TransportError:
        if self._failure is None:
            return TransportError(otherwise)
        error = TransportError(f"The application failed: {raised(self._failure)}")
        error.__cause__ = self._failure
        return error


async def finish(under_way: set[AsgiExchange]) -> None:
    """Leave every exchange, and let what goes on behind the answers end."""
    for exchange in list(under_way):
        await exchange.end()
    for exchange in list(under_way):
        await exchange.stop(_LAST_MOMENTS)


def raised(error: BaseException) -> str:
    """Say what was raised and where: the innermost line of its traceback."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return said
    code = frame.tb_frame.f_code
    return f"{said} ({code.co_filename}, line {frame.tb_lineno}, in {code.co_name})"


def _head(message: Message) -> Head:
    headers: dict[str, str] = {}
    for raw_name, raw_value in message.get("headers", ()):
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Head(int(message["status"]), headers)
