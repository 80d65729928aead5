"""WebSocket: the subscription is the first message, and the events are those that follow."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import Final

from graphwire_core import AsyncClient
from graphwire_core._async._opened import AsyncOpened
from graphwire_core._async._pools import AsyncPools
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core.errors import RequestTimeout, TransportError
from graphwire_stream.event_transports._async.connection import AsyncFrameConnection
from graphwire_stream.event_transports._endings import ended, not_switched
from graphwire_stream.event_transports._frames import Arrival
from graphwire_stream.event_transports._handshake import HandshakeCredentials, handshake
from graphwire_stream.event_transports._subscription import Subscription
from graphwire_stream.event_transports._types import EventFilter
from graphwire_stream.event_transports._websocket import Conversation

__all__ = ["AsyncWebSocketConnection", "AsyncWebSocketSource", "AsyncWebSocketTransport"]

PING: Final = 5.0
"""Seconds of silence before the server is asked: as often as it sends heartbeats over SSE."""
PONG: Final = 20.0
"""Seconds that it has to answer."""
_FAREWELL: Final = 1.0
"""Seconds that the closing handshake may take."""
_SWITCHING: Final = 101


class AsyncWebSocketSource:
    """One WebSocket, as the messages that arrive on it."""

    def __init__(self, opened: AsyncOpened, talk: Conversation, operation: Operation[None]) -> None:
        self._opened = opened
        self._talk = talk
        self._operation = operation
        self._heard = monotonic()
        self._asked: float | None = None

    async def read(self, timeout: float | None) -> Arrival | None:
        """Return what arrives next, `None` when nothing does within `timeout` seconds."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            data = await self._received(deadline)
            if data is not None:
                arrival = self._talk.feed(data, self._operation)
                with suppress(TransportError):  # a pong; where it cannot be sent, a read says so
                    await self._flush(PONG)
                return arrival
            if deadline is not None and monotonic() >= deadline:
                return None
            await self._ask()

    async def send(self, text: bytes) -> None:
        """Send a message.

        Raises:
            ConnectionFailed: The connection has ended.
        """
        self._talk.send(text)
        try:
            await self._flush(PONG)
        except TransportError as error:
            raise ended(error.message, self._operation) from error

    async def aclose(self) -> None:
        """Say farewell, for a second at most, and release the socket."""
        deadline = monotonic() + _FAREWELL
        try:
            self._talk.close()
            await self._flush(_FAREWELL)
            while not self._talk.over and (left := deadline - monotonic()) > 0:
                data = await self._opened.receive(left)
                if data is not None:
                    self._talk.feed(data, self._operation)
        except TransportError:
            pass
        finally:
            await self._opened.aclose()

    async def _received(self, deadline: float | None) -> bytes | None:
        """Wait until bytes arrive, nobody waits any more, or the server is to be asked."""
        wake = self._heard + PING if self._asked is None else self._asked + PONG
        end = wake if deadline is None else min(wake, deadline)
        try:
            data = await self._opened.receive(max(end - monotonic(), 0))
        except TransportError as error:
            raise ended(error.message, self._operation) from error
        if data is not None:
            self._heard, self._asked = monotonic(), None
        return data

    async def _ask(self) -> None:
        """Send a ping after a silence, and give up when the one before was not answered."""
        now = monotonic()
        if self._asked is None and now >= self._heard + PING:
            self._asked = now
            self._talk.ping()
            with suppress(TransportError):
                await self._flush(PONG)
        elif self._asked is not None and now >= self._asked + PONG:
            raise ended(f"no answer to a ping within {PONG:g} s", self._operation)

    async def _flush(self, timeout: float) -> None:
        data = self._talk.outgoing()
        if data:
            await self._opened.transmit(data, timeout)


class AsyncWebSocketConnection(AsyncFrameConnection):
    """A connection whose server answers the subscription."""

    def __init__(
        self, source: AsyncWebSocketSource, subscription: Subscription, pools: AsyncPools | None
    ) -> None:
        super().__init__(source, subscription.passes)
        self._subscription = subscription
        self._pools = pools

    async def subscribed(self, timeout: float | None) -> None:
        """Wait until the server has answered, or sends an event, which says as much.

        Raises:
            APIStatusError: It refused.
            RequestTimeout: It said nothing within `timeout` seconds.
        """
        deadline = None if timeout is None else monotonic() + timeout
        while not self._subscription.answered and not self._inbox.settled:
            left = None if deadline is None else deadline - monotonic()
            if left is not None and left <= 0:
                raise RequestTimeout(f"The subscription was not answered within {timeout} s")
            for arrival in await self._patience.within(left):
                self._inbox.add(arrival)
        if not self._subscription.answered:
            self._inbox.check()

    async def aclose(self) -> None:
        """Release the socket; a second call does nothing."""
        try:
            await super().aclose()
        finally:
            if self._pools is not None:
                await self._pools.aclose()


class AsyncWebSocketTransport:
    """Connects by a handshake with all that the client's other calls have."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client._sender  # noqa: SLF001  # the client and its transports are one unit
        self._exchange = self._client.exchange

    async def connect(self, thread_id: str, wanted: EventFilter) -> AsyncWebSocketConnection:
        """Shake hands, subscribe, and return when the server has accepted.

        Raises:
            APIStatusError: The server refused.
            TransportError: There is no connection.
            StreamProtocolError: The answer is no WebSocket.
        """
        pools = self._client.pools.for_switching()
        own = pools if pools is not self._client.pools else None
        try:
            source, operation = await self._open(pools, thread_id)
        except BaseException:
            if own is not None:
                await own.aclose()
            raise
        subscription = Subscription(wanted, operation)
        connection = AsyncWebSocketConnection(source, subscription, own)
        try:
            await source.send(subscription.command)
            await connection.subscribed(self._exchange.timeout.read)
        except BaseException:
            await connection.aclose()
            raise
        # To go on after a cut has a policy of its own, which the client's retries would multiply.
        self._exchange = replace(self._exchange, retry=None)
        return connection

    async def _open(
        self, pools: AsyncPools, thread_id: str
    ) -> tuple[AsyncWebSocketSource, Operation[None]]:
        talk = Conversation()
        operation = handshake(thread_id, talk.proposal())
        client, credentials = self._client, self._client.credentials
        if credentials is not None:
            credentials = HandshakeCredentials(credentials)
        sender = AsyncSender(self._exchange, pools, credentials, client.middleware, client.turn)
        opened = await sender.open(operation)
        if opened.status_code != _SWITCHING:
            raise not_switched(operation, opened.status_code, await opened.read())
        try:
            talk.check(opened.headers)
        except BaseException:
            await opened.aclose()
            raise
        return AsyncWebSocketSource(opened, talk, operation), operation
