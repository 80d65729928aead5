"""What the rules allowed in an ASGI application, and whether the application took notice."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphwire_auth._context import AuthContext
from graphwire_auth._engine import guard
from graphwire_auth._matching import matches
from graphwire_auth._registry import check_names
from graphwire_auth._user import as_model
from graphwire_auth.exceptions import ConfigurationError

if TYPE_CHECKING:
    from graphwire_auth._auth import Auth
    from graphwire_auth._filters import FilterDict
    from graphwire_auth._user import User

__all__ = ["Caller", "Credentials", "Permit", "caller_of"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Starlette's `@requires` looks at."""

    scopes: list[str]


class Permit:
    """A call that the rules allow, perhaps narrowed by a filter and with a changed value."""

    __slots__ = ("_changed", "_filter", "_seen_filter", "_seen_value", "_value")

    def __init__(self, found: FilterDict | None, value: dict[str, Any], *, changed: bool) -> None:
        self._filter, self._value, self._changed = found, value, changed
        self._seen_filter = self._seen_value = False

    @property
    def filter(self) -> FilterDict | None:
        """What to filter by; `None` for no filter."""
        self._seen_filter = True
        return self._filter

    @property
    def value(self) -> dict[str, Any]:
        """The value, with what the rule changed in it: the stamped metadata, say."""
        self._seen_value = True
        return self._value

    def matches(self, metadata: Mapping[str, Any]) -> bool:
        """Say whether a thing with this metadata is visible to the caller."""
        return (found := self.filter) is None or matches(found, metadata)

    @property
    def owes_a_look(self) -> bool:
        """Whether the rule said something that nobody has looked at."""
        filtered = self._filter is not None and not self._seen_filter
        return filtered or (self._changed and not self._seen_value)


@dataclass(slots=True)
class Caller:
    """The caller of one connection, and what they were permitted on it."""

    auth: Auth
    user: User
    permissions: tuple[str, ...]
    routed: Permit | None = None
    """What the rule for the route said."""
    permits: list[Permit] = field(default_factory=list)

    @classmethod
    def of(cls, auth: Auth, user: User) -> Caller:
        """Make the caller from what the authenticator returned."""
        return cls(auth, as_model(user, auth.user_model), tuple(user.permissions))

    async def ask(self, resource: str, action: str, value: dict[str, Any]) -> Permit:
        """Ask the rules about one call. Raises as `authorize` does."""
        check_names("authorize()", resource, action)
        if "*" in (resource, action):
            raise ConfigurationError("authorize(): name one resource and one action")
        sent = copy.deepcopy(value)
        ctx = AuthContext(self.user, self.permissions, resource, action)
        found = await guard(self.auth.registry, self.auth.policy, ctx, sent)
        permit = Permit(found, sent, changed=sent != value)
        self.permits.append(permit)
        return permit

    def owes_a_look(self) -> bool:
        """Say whether the application has overlooked something that a rule said."""
        return any(permit.owes_a_look for permit in self.permits)


def caller_of(request: Any) -> Caller:
    """Return the caller of a request, a WebSocket or a scope.

    Raises:
        ConfigurationError: It did not come through `AuthMiddleware`.
    """
    scope = request if isinstance(request, Mapping) else getattr(request, "scope", {})
    found = scope.get("graphwire_auth")
    if not isinstance(found, Caller):
        raise ConfigurationError("this connection did not come through AuthMiddleware")
    return found
