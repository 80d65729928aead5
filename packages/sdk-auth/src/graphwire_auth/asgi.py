"""The same authenticator and rules in any ASGI application: Starlette, FastAPI, or plain.

```python
app.add_middleware(AuthMiddleware, auth=auth, rules={"GET /notes/{thread_id}": "threads.read"})
```
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TypeAlias

from graphwire_auth._engine import logger
from graphwire_auth._permit import Caller, Credentials, Permit, caller_of
from graphwire_auth._refusal import as_raised, refuse
from graphwire_auth._routes import Route
from graphwire_auth.exceptions import ConfigurationError, HTTPException

if TYPE_CHECKING:
    from graphwire_auth._auth import Auth

__all__ = ["AuthMiddleware", "Permit", "authorize", "permit"]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

FIRST_FAILURE = 400


class AuthMiddleware:
    """Let in whom the authenticator of `auth` knows, and apply its rules.

    `request.user` is the caller. `public` lists paths that ask nobody. With `rules`, every other
    route must be in it (`"GET /notes/{thread_id}": "threads.read"`, `WEBSOCKET` for sockets), or
    is refused; `permit(request)` then has what the rule said. A filter that the application never
    looks at becomes a 500: nothing leaves unfiltered.

    Raises:
        ConfigurationError: `auth` has no authenticator, or a route or call is not one.
    """

    def __init__(
        self,
        app: App,
        *,
        auth: Auth,
        rules: Mapping[str, str] | None = None,
        public: Collection[str] = (),
    ) -> None:
        if auth.authenticator is None:
            raise ConfigurationError("AuthMiddleware: no authenticator is registered")
        if isinstance(public, str):
            raise ConfigurationError("public: expected a list of paths, got one string")
        self._app, self._auth, self._authenticator = app, auth, auth.authenticator
        self._public = frozenset(public)
        self._routes = None if rules is None else [Route.of(*each) for each in rules.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] not in ("http", "websocket") or scope["path"] in self._public:
            await self._app(scope, receive, send)
            return
        outgoing = _Outgoing(scope, send)
        try:
            await self._admit(scope)
            await self._app(scope, receive, outgoing)
        except HTTPException as error:
            if outgoing.started:
                raise
            await refuse(error, scope, send)

    async def _admit(self, scope: Scope) -> None:
        user = await self._authenticator.authenticate(scope)
        caller = scope["graphwire_auth"] = Caller.of(self._auth, user)
        scope["user"], scope["auth"] = caller.user, Credentials(list(user.permissions))
        if self._routes is None:
            return
        for route in self._routes:
            if (found := route.match(scope)) is not None:
                caller.routed = await caller.ask(route.resource, route.action, found)
                return
        raise HTTPException(403, "Forbidden: no rule covers this route")


class _Outgoing:
    """What the application sends; held back where a filter was asked for and never looked at."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self.started = self._withheld = False

    async def __call__(self, message: Message) -> None:
        if self._withheld:
            return
        if self._leaks(message):
            self._withheld = True
            logger.error("%s: what a rule said was not applied", self._scope["path"])
            await refuse(HTTPException(500), self._scope, self._send, accepted=self.started)
            return
        self.started = True
        await self._send(message)

    def _leaks(self, message: Message) -> bool:
        kind = message["type"]
        answers = kind == "http.response.start" and message["status"] < FIRST_FAILURE
        if not answers and kind != "websocket.send":
            return False
        caller = self._scope.get("graphwire_auth")
        return isinstance(caller, Caller) and caller.owes_a_look()


async def authorize(
    request: Any, resource: str, action: str, value: Mapping[str, Any] | None = None
) -> Permit:
    """Ask the rules about something that a route is going to do.

    `request` is a request, a WebSocket or a scope that came through `AuthMiddleware`.

    Raises:
        HTTPException: The rules refuse; Starlette's own class where Starlette is in use.
        ConfigurationError: The middleware is missing, or the call is unknown.
    """
    caller = caller_of(request)
    try:
        return await caller.ask(resource, action, dict(value or {}))
    except HTTPException as error:
        raise as_raised(error) from None


def permit(request: Any) -> Permit:
    """Return what the rule for this route said.

    Raises:
        ConfigurationError: The middleware is missing, or has no rule for this route.
    """
    found = caller_of(request).routed
    if found is None:
        raise ConfigurationError("permit(): AuthMiddleware has no `rules` for this route")
    return found
