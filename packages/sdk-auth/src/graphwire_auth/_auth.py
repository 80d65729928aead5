"""`Auth`: the object that `langgraph.json` names. It keeps handlers; the engine runs them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from graphwire_auth import exceptions as _exceptions
from graphwire_auth import types as _types
from graphwire_auth._authenticator import Authenticator, AuthenticatorFn
from graphwire_auth._engine import Policy, Uncovered
from graphwire_auth._on import On
from graphwire_auth._registry import Registry
from graphwire_auth._user import User
from graphwire_auth.exceptions import ConfigurationError, RegistrationError

if TYPE_CHECKING:
    from graphwire_auth._rules import Handler, Key

__all__ = ["Auth"]

A = TypeVar("A", bound=AuthenticatorFn)


class Auth:
    """Who may call a deployment, and what each caller may see and do.

    `langgraph.json` names it as it is: `"auth": {"path": "./auth.py:auth"}`. With any rule
    registered, a call that no rule covers is refused; `uncovered="allow"` lets it through.
    `ignored_mutations="allow"` keeps a rule going that writes where the server reads nothing.

    Raises:
        ConfigurationError: An argument is wrong.
    """

    types = _types
    exceptions = _exceptions
    on: On
    """Decorators that register rules: `@auth.on`, `@auth.on.threads`, `@auth.on.store.put`."""

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Make the object; inside a LangGraph server, one that the server takes for its own."""
        if "langgraph_api" not in sys.modules:
            return object.__new__(cls)
        from graphwire_auth._bridge import server_class  # noqa: PLC0415  # imports the server's SDK

        return object.__new__(server_class(cls))

    def __init__(
        self,
        *,
        user_model: type[User] = User,
        uncovered: Uncovered = "deny",
        ignored_mutations: Literal["error", "allow"] = "error",
    ) -> None:
        if not _is_user_model(user_model):
            raise ConfigurationError(f"user_model: expected a subclass of User, got {user_model!r}")
        _check_choice("uncovered", uncovered, ("deny", "allow"))
        _check_choice("ignored_mutations", ignored_mutations, ("error", "allow"))
        self.user_model = user_model
        self.policy = Policy(uncovered, ignored_mutations)
        self.registry = Registry()
        self.authenticator: Authenticator | None = None
        self.on = On(self)

    def authenticate(self, fn: A) -> A:
        """Register the function that finds out who calls; sync or async.

        It asks for what it needs by the names of its parameters: `connection`, `authorization`,
        `headers`, `request`, `path`, `method`, `query_params`, `path_params`, `scope`.

        Raises:
            RegistrationError: There is one already, or a parameter is unknown.
        """
        self.registry.check_open(fn)
        if self.authenticator is not None:
            raise RegistrationError(
                f"{Authenticator(fn, self.user_model).name}: the authenticator is already "
                f"{self.authenticator.name}"
            )
        self.authenticator = Authenticator(fn, self.user_model)
        self._publish()
        return fn

    def register(self, keys: list[Key], handler: Handler) -> None:
        """Register a rule under `(resource, action)` keys; the decorators of `on` end here."""
        self.registry.add(keys, handler)
        self._publish()

    def to_langgraph(self) -> Any:
        """Make a `langgraph_sdk.Auth` with these handlers, for those who want the bridge explicit.

        Nothing can be registered here afterwards.

        Raises:
            MissingPackageError: `langgraph-sdk`, which every LangGraph server has, is not there.
        """
        from graphwire_auth._bridge import to_langgraph  # noqa: PLC0415  # imports the server's SDK

        return to_langgraph(self)

    def _publish(self) -> None:
        """Tell the server about a change, where there is one."""

    def __repr__(self) -> str:
        who = self.authenticator.name if self.authenticator else None
        return f"Auth(authenticator={who}, rules={len(self.registry)})"


def _is_user_model(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, User)


def _check_choice(argument: str, found: object, expected: tuple[str, ...]) -> None:
    if found not in expected:
        raise ConfigurationError(f"{argument}: expected one of {expected}, got {found!r}")
