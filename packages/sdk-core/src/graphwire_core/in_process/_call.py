"""One in-process call: its door, its exchange with the server, and the wait that it may be."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from graphwire_core._json import decode_json
from graphwire_core.errors import APIStatusError, ConfigurationError
from graphwire_core.in_process import _server as server
from graphwire_core.in_process._identity import Door, Identity, door_of
from graphwire_core.in_process._waits import (
    UNFINISHED,
    Awaited,
    Followed,
    Waits,
    awaited,
    refusal,
)
from graphwire_core.transports import AsyncResponse, Request, Response, Timeout
from graphwire_core.transports._asgi import AsgiExchange, Head, scope_of

__all__ = ["URL", "InProcessCall"]

URL: Final = "http://in-process"
"""What stands for the server of this process where a URL is needed."""

_PROOF = ("authorization", "cookie", "x-api-key")
_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

_waits = Waits()
_under_way: set[AsgiExchange] = set()
"""What the server still works on after its caller has its answer."""


@dataclass(frozen=True, slots=True)
class InProcessCall:
    """A call, prepared where it is made; `begin()` runs in the server's event loop."""

    request: Request
    door: Door
    exchange: AsgiExchange
    run: server.CallingRun | None
    """The run that calls."""

    @classmethod
    def of(cls, request: Request, identity: Identity) -> InProcessCall:
        """Prepare a call.

        Raises:
            ConfigurationError: The server has not started, or the request is for another host.
            NestedCallError: The server calls itself without end.
        """
        if not request.url.startswith(f"{URL}/"):
            origin = urlsplit(request.url)
            raise ConfigurationError(
                f"An in-process client has no connections: it cannot reach {origin.hostname}"
            )
        door = door_of(identity)
        return cls(request, door, _exchange(request, door), server.calling_run())

    async def begin(self) -> Head:
        """Send the request and return when it is answered.

        Raises:
            NestedCallError: It would wait for a run that can never begin.
        """
        run, workers, other = self.run, server.workers(), awaited(self.request)
        if run is None or workers is None or other is None:
            return await self.exchange.begin()
        if await self._needs_worker(other, run) and await _waits.blocked(run, workers, _status):
            raise refusal(run, workers)
        if other == "started":
            return await self.exchange.begin()
        _waits.enter(run)
        return await self.exchange.begin(ended=lambda: _waits.leave(run))

    async def _needs_worker(self, other: Awaited, run: server.CallingRun) -> bool:
        """Whether what a run waits for is still to be done."""
        if isinstance(other, server.CallingRun):
            return await _status(other, self.door) in UNFINISHED
        if isinstance(other, Followed):
            runs = await _asked(f"/threads/{other.thread_id}/runs", self.door) or []
            return any(one["status"] in UNFINISHED and one["run_id"] != run.run_id for one in runs)
        return other == "new" or (other == "started" and run in _waits)

    def unproven(self, response: AsyncResponse | Response) -> bool:
        """Whether the server refused a call that names nobody and proves nothing."""
        refused = response.status_code in _REFUSALS and not self.door.trusted
        return refused and not any(name in self.request.headers for name in _PROOF)

    def refused(self, response: AsyncResponse | Response, body: bytes) -> APIStatusError:
        """Make the error of such a call."""
        from graphwire_core._exchange import status_error  # noqa: PLC0415  # needs the plugins

        error = status_error(response.status_code, response.headers, body)
        error.message += (
            " [this in-process call is made outside of a run, on nobody's behalf, so the server "
            "authenticated it like one from outside: use client.acting_as(user), "
            "client.as_system(), or give the client credentials]"
        )
        return error


def _exchange(request: Request, door: Door) -> AsgiExchange:
    scope = scope_of(request, root_path=door.root_path, prefix=door.prefix)
    door.furnish(scope)
    app = server.application()
    return AsgiExchange(app, scope, request, _under_way, enter=door.enter)


async def _status(run: server.CallingRun, door: Door | None = None) -> str | None:
    """Ask for the status of a run, as the system unless another door is given."""
    found = await _asked(f"/threads/{run.thread_id}/runs/{run.run_id}", door or Door(None))
    return None if found is None else str(found["status"])


async def _asked(path: str, door: Door) -> Any:
    """Get a resource of the server, `None` where the door does not lead to one."""
    request = Request("GET", URL + path, {"accept": "application/json"}, b"", Timeout())
    exchange = _exchange(request, door)
    try:
        head = await exchange.begin()
        chunks = []
        while (chunk := await exchange.chunk()) is not None:
            chunks.append(chunk)
    finally:
        await exchange.end()
    return decode_json(b"".join(chunks)) if head.status_code == HTTPStatus.OK else None
