"""The transport in both colours: httpx below, a tape beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

from graphwire_core.transports import (
    AsyncHttpxTransport,
    HttpxTransport,
    Request,
    TransportConfig,
)

from ._tape import Recorded, Tape

__all__ = ["AsyncCassetteTransport", "CassetteTransport"]


class Replay:
    """An answer in memory, in both colours."""

    def __init__(self, recorded: Recorded) -> None:
        self.status_code = recorded.status_code
        self.headers: Mapping[str, str] = recorded.headers
        self._body = recorded.body

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Give the body at once."""
        yield self._body

    async def aclose(self) -> None:
        """Hold nothing that has to be closed."""

    def iter_bytes(self) -> Iterator[bytes]:
        """Give the body at once."""
        yield self._body

    def close(self) -> None:
        """Hold nothing that has to be closed."""


class AsyncCassetteTransport:
    """Replays what the tape holds, and records the rest."""

    def __init__(self, config: TransportConfig) -> None:
        self._tape = Tape.of_environment()
        self._network = AsyncHttpxTransport(config)

    async def send(self, request: Request) -> Replay:
        """Return the recorded answer, or send the request and record its answer."""
        recorded = self._tape.find(request)
        if recorded is None:
            response = await self._network.send(request)
            try:
                body = b"".join([chunk async for chunk in response.aiter_bytes()])
            finally:
                await response.aclose()
            recorded = Recorded(response.status_code, response.headers, body)
            self._tape.record(request, recorded)
        return Replay(recorded)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()


class CassetteTransport:
    """Replays what the tape holds, and records the rest."""

    def __init__(self, config: TransportConfig) -> None:
        self._tape = Tape.of_environment()
        self._network = HttpxTransport(config)

    def send(self, request: Request) -> Replay:
        """Return the recorded answer, or send the request and record its answer."""
        recorded = self._tape.find(request)
        if recorded is None:
            response = self._network.send(request)
            try:
                body = b"".join(response.iter_bytes())
            finally:
                response.close()
            recorded = Recorded(response.status_code, response.headers, body)
            self._tape.record(request, recorded)
        return Replay(recorded)

    def close(self) -> None:
        """Close the connections."""
        self._network.close()
