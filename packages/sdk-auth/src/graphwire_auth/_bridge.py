"""Make an `Auth` that the real server takes for its own.

The server asks `isinstance(x, langgraph_sdk.Auth)`, then reads a few attributes whose names are a
contract between it and its SDK. Both ways here answer truthfully: a class that derives from both
(made when the server is running), or the SDK's own object with our handlers in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from graphwire_auth._context import AuthContext
from graphwire_auth._engine import guard, refuse_mistake
from graphwire_auth._user import User, as_model
from graphwire_auth.exceptions import (
    AuthError,
    ConfigurationError,
    HTTPException,
    MissingPackageError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from graphwire_auth._auth import Auth
    from graphwire_auth._filters import FilterDict

__all__ = ["server_class", "to_langgraph"]

AuthT = TypeVar("AuthT", bound="Auth")


def server_class(base: type[AuthT]) -> type[AuthT]:
    """Derive a class from `base`, an `Auth`, and from the server's `Auth`."""
    if base not in _derived:
        _derived[base] = _derive(base)
    derived: type[AuthT] = _derived[base]
    return derived


_derived: dict[type[Any], type[Any]] = {}


def _derive(base: type[Any]) -> type[Any]:
    server_auth = _server_auth()
    if issubclass(base, server_auth):
        return base

    def __init__(self: Any, *args: Any, **options: Any) -> None:  # noqa: N807  # put on a class
        server_auth.__init__(self)
        base.__init__(self, *args, **options)

    return type(
        base.__name__,
        (base, server_auth),
        {
            "__init__": __init__,
            "__module__": base.__module__,
            "__qualname__": base.__qualname__,
            "_publish": _publish,
        },
    )


def to_langgraph(auth: Auth) -> Any:
    """Make a plain `langgraph_sdk.Auth` that runs the handlers of `auth`."""
    if auth.authenticator is None:
        raise ConfigurationError("to_langgraph(): no authenticator is registered")
    auth.registry.close("to_langgraph() was called before")
    made = _server_auth()()
    made.authenticate(_authenticator(auth))
    rule = _rule(auth)
    for each in auth.registry:
        if (each.resource, each.action) != ("*", "*"):
            made.on(resources=each.resource, actions=each.action)(rule)
    if auth.registry.decides_all(auth.policy.uncovered):
        made.on(rule)
    return made


def _publish(self: Any) -> None:
    """Write our handlers where the server looks for them."""
    rule = _rule(self)
    specific = [r for r in self.registry if (r.resource, r.action) != ("*", "*")]
    self._handlers = {(r.resource, r.action): [rule] for r in specific}
    everything = self.registry.decides_all(self.policy.uncovered)
    self._global_handlers = [rule] if everything else []
    self._handler_cache = {}
    self._authenticate_handler = _authenticator(self) if self.authenticator else None


def _server_auth() -> Any:
    try:
        from langgraph_sdk import Auth as ServerAuth  # noqa: PLC0415  # never outside a server
    except ImportError as error:
        raise MissingPackageError(
            "to_langgraph() needs langgraph-sdk, which every LangGraph server has"
        ) from error
    return ServerAuth


def _authenticator(auth: Any) -> Callable[..., Awaitable[User]]:
    # The server gives what a parameter is named after; `scope` is there for WebSocket as well.
    async def authenticate(scope: dict[str, Any]) -> User:
        try:
            found: User = await auth.authenticator.authenticate(scope)
        except HTTPException as error:
            raise _for_server(error) from None
        return found

    return authenticate


def _rule(auth: Auth) -> Callable[..., Awaitable[FilterDict | None]]:
    async def decide(*, ctx: Any, value: dict[str, Any]) -> FilterDict | None:
        try:
            own = AuthContext(
                user=as_model(ctx.user, auth.user_model),
                permissions=tuple(ctx.permissions or ()),
                resource=ctx.resource,
                action=ctx.action,
            )
            return await guard(auth.registry, auth.policy, own, value)
        except AuthError as error:
            refusal = error if isinstance(error, HTTPException) else refuse_mistake("a rule", error)
            raise _for_server(refusal) from None

    return decide


def _for_server(error: HTTPException) -> Exception:
    """Translate to the exception that keeps its status and headers everywhere in the server."""
    from starlette.exceptions import HTTPException as Starlette  # noqa: PLC0415  # only in a server

    return Starlette(error.status_code, error.detail, headers=error.headers or None)
