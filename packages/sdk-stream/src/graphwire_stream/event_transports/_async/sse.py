"""Server-sent events: one request whose answer goes on for as long as the thread has events."""

from __future__ import annotations

from dataclasses import replace

from graphwire_core import AsyncClient
from graphwire_core._async._opened import AsyncOpened
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core.errors import TransportError
from graphwire_stream._events import is_stream, not_a_stream
from graphwire_stream._sse import SSEDecoder
from graphwire_stream.event_transports._async.connection import AsyncFrameConnection
from graphwire_stream.event_transports._endings import ended
from graphwire_stream.event_transports._frames import Arrival
from graphwire_stream.event_transports._operations import patient, subscribe_by_sse
from graphwire_stream.event_transports._types import EventFilter

__all__ = ["AsyncSseSource", "AsyncSseTransport"]


class AsyncSseSource:
    """The body of one answer, as the frames in it."""

    def __init__(
        self, opened: AsyncOpened, operation: Operation[None], silence: float | None
    ) -> None:
        """Read a response.

        Args:
            opened: The response.
            operation: What it answers.
            silence: Seconds after which a silent server counts as lost; `None` for never.
        """
        self._opened = opened
        self._operation = operation
        self._silence = silence
        self._chunks = opened.aiter_bytes()
        self._decoder = SSEDecoder()

    async def read(self, timeout: float | None) -> Arrival | None:
        """Return what arrives next, `None` when nothing does within `timeout` seconds."""
        try:
            limit = self._silence if timeout is None else timeout
            if not await self._opened.readable(limit):
                if timeout is not None:
                    return None
                raise ended(f"nothing came for {limit} s", self._operation)
            chunk = await anext(self._chunks, None)
        except TransportError as error:
            raise ended(error.message, self._operation) from error
        if chunk is None:
            raise ended("the server closed it", self._operation)
        beats = self._decoder.comments
        events = self._decoder.feed(chunk)
        payloads = [event.data for event in events]
        return Arrival(payloads, self._decoder.comments > beats, len(chunk))

    async def aclose(self) -> None:
        """Close the response."""
        await self._opened.aclose()


class AsyncSseTransport:
    """Connects over the client's own transport, with all that its other calls have."""

    def __init__(self, client: AsyncClient) -> None:
        sender = client._sender  # noqa: SLF001  # the client and its transports are one unit
        exchange = replace(sender.exchange, timeout=patient(sender.exchange.timeout))
        self._sender = AsyncSender(
            exchange, sender.pools, sender.credentials, sender.middleware, sender.turn
        )

    async def connect(self, thread_id: str, wanted: EventFilter) -> AsyncFrameConnection:
        """Send the subscription, and return when the server has answered it with a stream.

        Raises:
            APIStatusError: The server refused it.
            TransportError: No answer came.
            StreamProtocolError: The answer is no event stream.
        """
        operation = subscribe_by_sse(thread_id, wanted)
        opened = await self._sender.open(operation)
        if not is_stream(opened.status_code, opened.headers):
            body = await opened.read()
            raise not_a_stream(operation, opened.status_code, opened.headers, body)
        self._reconnects()
        silence = self._sender.exchange.timeout.read
        return AsyncFrameConnection(AsyncSseSource(opened, operation, silence))

    def _reconnects(self) -> None:
        """Try only once from now on: to go on has a policy of its own, which would multiply."""
        self._sender.exchange = replace(self._sender.exchange, retry=None)
