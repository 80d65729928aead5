"""The transport that calls an ASGI application, without a socket."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

from graphwire_core._arguments import check_choice, describe
from graphwire_core.errors import ConfigurationError, TransportError
from graphwire_core.transports._asgi import (
    AsgiApplication,
    AsgiExchange,
    Head,
    finish,
    raised,
    scope_of,
)
from graphwire_core.transports._crossing import AsyncCrossing
from graphwire_core.transports._lifespan import Lifespan, LifespanMode
from graphwire_core.transports._types import Request

__all__ = ["AsyncAsgiResponse", "AsyncAsgiTransport"]

_ASGI_PARAMETERS = 3


class AsyncAsgiResponse:
    """A response that the application may still be writing."""

    def __init__(self, crossing: AsyncCrossing, exchange: AsgiExchange, head: Head) -> None:
        self._crossing = crossing
        self._exchange = exchange
        self._ended = False
        self.status_code = head.status_code
        self.headers: Mapping[str, str] = head.headers

    @classmethod
    async def of(
        cls,
        crossing: AsyncCrossing,
        exchange: AsgiExchange,
        beginning: Coroutine[Any, Any, Head],
    ) -> AsyncAsgiResponse:
        """Begin an exchange and return when its answer has; one that fails is ended."""
        try:
            return cls(crossing, exchange, await crossing.call(beginning))
        except BaseException:
            await crossing.call(exchange.end())
            raise

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body as the application sends it."""
        while not self._ended:
            chunk = await self._crossing.call(self._exchange.chunk())
            if chunk is None:
                self._ended = True
            else:
                yield chunk

    async def read(self) -> bytes:
        """Read the whole body and leave."""
        body = bytearray()
        try:
            async for chunk in self.aiter_bytes():
                body += chunk
        finally:
            await self.aclose()
        return bytes(body)

    async def aclose(self) -> None:
        """Leave; an application that is still answering sees a disconnect, and is cancelled."""
        self._ended = True
        await self._crossing.call(self._exchange.end())


class AsyncAsgiTransport:
    """Calls an ASGI application; bodies arrive as it sends them.

    The async colour calls it in the event loop of its caller, the sync colour in a loop and a
    thread of its own, which live until it is closed.
    """

    def __init__(
        self,
        app: AsgiApplication,
        *,
        root_path: str = "",
        lifespan: LifespanMode = "off",
        lifespan_timeout: float | None = 30.0,
    ) -> None:
        """Create a transport.

        Args:
            app: The application.
            root_path: Path below which it is mounted, as in its scope.
            lifespan: Whether to start it before its first request and to shut it down at the close:
                `"auto"` does where it can be, `"on"` insists, `"off"` leaves that to its owner.
            lifespan_timeout: Seconds that each of the two may take; `None` for no limit.

        Raises:
            ConfigurationError: `app` is no ASGI application.
        """
        check_choice("lifespan", lifespan, LifespanMode)
        self._app = _checked(app)
        self._root_path = root_path
        self._under_way: set[AsgiExchange] = set()
        self._lifespan = Lifespan(app, lifespan, lifespan_timeout)
        self._crossing = AsyncCrossing()

    async def send(self, request: Request) -> AsyncAsgiResponse:
        """Call the application and return when it has answered.

        Raises:
            ConfigurationError: It could not be started.
            TransportError: It failed.
        """
        if not self._lifespan.ready:
            await self._crossing.call(self._lifespan.start())
        scope = scope_of(request, root_path=self._root_path)
        scope["state"] = dict(self._lifespan.state)
        exchange = AsgiExchange(self._app, scope, request, self._under_way)
        try:
            return await AsyncAsgiResponse.of(self._crossing, exchange, exchange.begin())
        except TransportError as error:
            failure = self._lifespan.failure
            if failure is not None and error.__cause__ is not None:
                error.message += f"; it was never started: its lifespan raised {raised(failure)}"
            raise

    async def aclose(self) -> None:
        """End what is under way, and shut the application down where it was started here."""
        try:
            await self._crossing.call(finish(self._under_way))
            await self._crossing.call(self._lifespan.end())
        finally:
            await self._crossing.aclose()


def _checked(app: Any) -> Any:
    """Refuse what cannot be called as `app(scope, receive, send)`.

    Raises:
        ConfigurationError: It cannot be.
    """
    wanted = "app: expected an ASGI application, called with scope, receive and send"
    if isinstance(app, type) or not callable(app):
        raise ConfigurationError(f"{wanted}, got {describe(app)}")
    try:
        inspect.signature(app).bind(*range(_ASGI_PARAMETERS))
    except TypeError as error:
        raise ConfigurationError(f"{wanted}, got one that is not: {error}") from error
    except ValueError:  # its signature cannot be read
        pass
    return app
