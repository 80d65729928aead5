"""Call an authenticator with what its parameters name, and make a `User` of its answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphwire_auth._connection import Connection, Scope
from graphwire_auth._engine import as_refusal, refuse_mistake
from graphwire_auth._rules import display_name, is_async
from graphwire_auth._threads import in_thread
from graphwire_auth._user import User, portable
from graphwire_auth.exceptions import HTTPException, RegistrationError

__all__ = ["Authenticator", "AuthenticatorFn"]

AuthenticatorFn: TypeAlias = Callable[..., Any]
"""Sync or async; returns a string, a mapping, an object with `identity`, or a `User`."""


def _request(scope: Scope, _: Connection) -> Any:
    # Starlette is there wherever a server runs us; its Request takes no WebSocket scope.
    from starlette.requests import HTTPConnection, Request  # noqa: PLC0415  # only in a server

    return Request(scope) if scope["type"] == "http" else HTTPConnection(scope)


def _scopes(scope: Scope, _: Connection) -> list[str]:
    return list(getattr(scope.get("auth"), "scopes", ()))


PARAMETERS: Mapping[str, Callable[[Scope, Connection], Any]] = {
    "connection": lambda _, connection: connection,
    "request": _request,
    "headers": lambda scope, _: dict(scope.get("headers", ())),
    "authorization": lambda _, connection: connection.headers.get("authorization"),
    "path": lambda _, connection: connection.path,
    "method": lambda _, connection: connection.method,
    "query_params": lambda _, connection: dict(connection.query),
    "path_params": lambda scope, _: dict(scope.get("path_params") or {}),
    "scope": lambda scope, _: scope,
    "scopes": _scopes,
    "user": lambda scope, _: scope.get("user"),
}
"""What an authenticator may ask for, by the name of its parameter."""


class Authenticator:
    """An authenticator, checked, with the names it asked for."""

    def __init__(self, fn: AuthenticatorFn, user_model: type[User]) -> None:
        self.fn = fn
        self.name = display_name(fn)
        self._model = user_model
        self._names = _wanted(self.name, fn)

    async def authenticate(self, scope: Scope) -> User:
        """Find out who calls.

        Raises:
            HTTPException: The caller is refused; 500 where the authenticator is faulty.
        """
        try:
            return await self.judge(scope)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001  # it may raise anything; all of it refuses
            raise refuse_mistake(f"the authenticator {self.name}", error) from None

    async def judge(self, scope: Scope) -> User:
        """Do the same, but let the authenticator's own mistakes through, for tests."""
        connection = Connection.from_scope(scope)
        wanted = {name: PARAMETERS[name](scope, connection) for name in self._names}
        try:
            if is_async(self.fn):
                result = await self.fn(**wanted)
            else:
                result = await in_thread(lambda: self.fn(**wanted))
        except Exception as error:  # noqa: BLE001  # passed on, as what it means
            raise as_refusal(error) from error.__cause__
        if result is None or result is False:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        return portable(result, self._model)


def _wanted(name: str, fn: AuthenticatorFn) -> list[str]:
    parameters = inspect.signature(fn).parameters.values()
    if any(p.name == "body" for p in parameters):
        raise RegistrationError(
            f"{name}: `body` is never there: the caller is judged before the body is read"
        )
    for parameter in parameters:
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        known = parameter.name in PARAMETERS and parameter.kind is not parameter.POSITIONAL_ONLY
        if not known and not variadic and parameter.default is parameter.empty:
            raise RegistrationError(
                f"{name}: an authenticator has no parameter `{parameter.name}`; "
                f"expected some of {', '.join(PARAMETERS)}"
            )
    return [p.name for p in parameters if p.name in PARAMETERS]
