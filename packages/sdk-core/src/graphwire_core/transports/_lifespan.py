"""The lifespan of an ASGI application: started before its first request, ended at the close."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Literal, TypeAlias

from graphwire_core.errors import ConfigurationError, TransportError
from graphwire_core.transports._asgi import AsgiApplication, Message, raised

__all__ = ["Lifespan", "LifespanMode"]

LifespanMode: TypeAlias = Literal["auto", "on", "off"]
"""`"auto"`: where the application has one; `"on"`: it must; `"off"`: it is its owner's affair."""


class Lifespan:
    """Runs the lifespan of an application as one task. It all happens in the application's loop."""

    def __init__(self, app: AsgiApplication, mode: LifespanMode, limit: float | None) -> None:
        self.state: dict[str, Any] = {}
        """What the application keeps for its requests."""
        self.ready = mode == "off"
        """Whether there is nothing left to start."""
        self.failure: Exception | None = None
        """What the application raised on it, where that may mean that it has no lifespan."""
        self._app = app
        self._mode = mode
        self._limit = limit
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._closing = asyncio.Event()
        self._stopped = asyncio.Event()
        self._asked = self._told = False
        self._supported = False
        self._refused: str | None = None

    async def start(self) -> None:
        """Start the application, once; further callers wait for the same start.

        Raises:
            ConfigurationError: It failed to start, was too slow, or has no lifespan and must.
        """
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        try:
            async with asyncio.timeout(self._limit):
                await self._settled.wait()
        except TimeoutError as error:
            message = f"did not complete its startup within {self._limit} s"
            raise self._error(message) from error
        if self._refused is not None:
            raise self._error(f"failed to start: {self._refused}") from self.failure
        if not self._supported and self._mode == "on":
            how = f"it raised {raised(self.failure)}" if self.failure else "it ended at once"
            raise self._error(
                f"has no lifespan: called with a scope of type 'lifespan', {how}. "
                "lifespan='auto' uses it without"
            ) from self.failure
        self.ready = True

    async def end(self) -> None:
        """Have the application shut down, where it was started.

        Raises:
            TransportError: It failed to.
        """
        task = self._task
        if task is None:
            return
        self._closing.set()
        if self._supported:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limit):
                    await self._stopped.wait()
        task.cancel()
        await asyncio.wait({task}, timeout=self._limit)
        if self._supported and self._refused is not None:
            raise TransportError(f"The application failed to shut down: {self._refused}")

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001  # an application without lifespan may raise any
            self.failure = error
            if self._refused is not None or self._supported:
                self._refused = raised(error)
        finally:
            self._settled.set()
            self._stopped.set()

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "lifespan.startup"}
        await self._closing.wait()
        if self._told:
            await asyncio.Event().wait()  # there is nothing more to say
        self._told = True
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "lifespan.startup.complete":
            self._supported = True
            self._settled.set()
        elif kind == "lifespan.shutdown.complete":
            self._stopped.set()
        elif kind in {"lifespan.startup.failed", "lifespan.shutdown.failed"}:
            said = str(message.get("message") or "it does not say why").strip()
            self._refused = said.splitlines()[-1].strip()
            self._settled.set()  # what it raises next, it raises before anybody looks
            self._stopped.set()
        else:
            raise TransportError(f"expected a message of the lifespan, got {kind!r}")

    def _error(self, problem: str) -> ConfigurationError:
        return ConfigurationError(f"The application {_name(self._app)} {problem}")


def _name(app: object) -> str:
    named = app if hasattr(app, "__qualname__") else type(app)
    return f"{named.__module__}.{named.__qualname__}"
