"""Try rules and authenticators without a server.

```python
value = {"metadata": {}}
decision = await check(auth, user="ada", resource="threads", action="create", value=value)
assert decision.allowed and decision.value["metadata"] == {"owner": "ada"}
```
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphwire_auth._context import AuthContext
from graphwire_auth._engine import decide
from graphwire_auth._matching import matches
from graphwire_auth._registry import check_names
from graphwire_auth._user import StudioUser, as_model, portable
from graphwire_auth._values import ACTIONS
from graphwire_auth.exceptions import ConfigurationError, HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphwire_auth._auth import Auth
    from graphwire_auth._filters import FilterDict
    from graphwire_auth._user import User

__all__ = ["Coverage", "Decision", "authenticate", "check", "coverage"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules answered, and what they left of the value."""

    allowed: bool
    rule: str | None
    """The name of the rule that decided; `None` where no rule covers the call."""
    filter: FilterDict | None
    """What the server would filter by; `None` for no filter."""
    value: dict[str, Any]
    """The value as the server would read it back."""
    status: int | None = None
    """The status of a refusal."""
    detail: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def sees(self, metadata: Mapping[str, Any]) -> bool:
        """Say whether the call reaches a thing with this metadata."""
        return self.allowed and (self.filter is None or matches(self.filter, metadata))


async def check(
    auth: Auth,
    *,
    user: object,
    resource: str,
    action: str,
    value: Mapping[str, Any] | None = None,
) -> Decision:
    """Ask the rules of `auth` about one call, as the server would.

    `user` is what an authenticator may return, or a `StudioUser`. `value` is not changed.

    Raises:
        AuthError: The rule is faulty: it returns something else, a filter that the server would
            misread, or changes what the server ignores. What a rule raises itself comes as it is.
    """
    check_names("check()", resource, action)
    if "*" in (resource, action):
        raise ConfigurationError("check(): name one resource and one action")
    caller = user if isinstance(user, StudioUser) else portable(user, auth.user_model)
    sent = copy.deepcopy(dict(value or {}))
    rule = auth.registry.find(resource, action)
    ctx = AuthContext(
        user=as_model(caller, auth.user_model),
        permissions=caller.permissions,
        resource=resource,
        action=action,
    )
    name = rule.name if rule else None
    try:
        found = await decide(auth.registry, auth.policy, ctx, sent)
    except HTTPException as error:
        status, detail = error.status_code, error.detail
        return Decision(False, name, None, sent, status, detail, error.headers)
    return Decision(True, name, found, sent)


async def authenticate(
    auth: Auth,
    *,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    path: str = "/",
    query: str = "",
    websocket: bool = False,
) -> User:
    """Ask the authenticator of `auth` who calls, as the server would.

    Raises:
        HTTPException: The caller is refused.
        ConfigurationError: No authenticator is registered.
    """
    if auth.authenticator is None:
        raise ConfigurationError("authenticate(): no authenticator is registered")
    pairs = [(k.lower().encode(), v.encode("latin-1")) for k, v in (headers or {}).items()]
    scope: dict[str, Any] = {
        "type": "websocket" if websocket else "http",
        "path": path,
        "headers": pairs,
        "query_string": query.encode(),
    }
    if not websocket:
        scope["method"] = method
    return await auth.authenticator.judge(scope)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which rule decides each call; printed as a table."""

    rules: Mapping[str, str | None]
    """The rule by `resource.action`; `None` where there is none."""

    @property
    def uncovered(self) -> list[str]:
        """The calls that no rule decides."""
        return [call for call, rule in self.rules.items() if rule is None]

    @property
    def complete(self) -> bool:
        """Whether a rule decides every call."""
        return not self.uncovered

    def __str__(self) -> str:
        width = max(map(len, self.rules))
        return "\n".join(
            f"{call:<{width}}  {rule or '(no rule)'}" for call, rule in self.rules.items()
        )


def coverage(auth: Auth) -> Coverage:
    """Report which resource and action no rule of `auth` covers."""
    found: dict[str, str | None] = {}
    for resource, actions in ACTIONS.items():
        for action in actions:
            rule = auth.registry.find(resource, action)
            found[f"{resource}.{action}"] = rule.name if rule else None
    return Coverage(found)
