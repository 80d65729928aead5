"""Routes of an ASGI application, and the call that each of them is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphwire_auth._registry import check_names
from graphwire_auth.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import MutableMapping

__all__ = ["Route"]

_ROUTE = re.compile(r"([A-Z]+) (/\S*)")
_PARAMETER = re.compile(r"\{([A-Za-z_]\w*)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """`GET /notes/{thread_id}` is `threads.read` with the `thread_id` of the path."""

    method: str
    pattern: re.Pattern[str]
    resource: str
    action: str

    @classmethod
    def of(cls, route: str, call: str) -> Route:
        """Read a route and a call.

        Raises:
            ConfigurationError: Either is malformed.
            RegistrationError: The call is unknown.
        """
        found = _ROUTE.fullmatch(route)
        if found is None:
            raise ConfigurationError(f"rules: expected 'METHOD /path', got {route!r}")
        resource, dot, action = call.partition(".")
        if not dot or "*" in (resource, action):
            raise ConfigurationError(f"rules: expected 'resource.action', got {call!r}")
        check_names(f"rules, {route}", resource, action)
        return cls(found[1], _compiled(found[2]), resource, action)

    def match(self, scope: MutableMapping[str, Any]) -> dict[str, Any] | None:
        """Return the parameters of the path, or `None` where this is another route."""
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        if method != self.method:
            return None
        found = self.pattern.fullmatch(scope["path"])
        return None if found is None else found.groupdict()


def _compiled(path: str) -> re.Pattern[str]:
    parts = _PARAMETER.split(path)
    names, literals = parts[1::2], parts[::2]
    if any("{" in text or "}" in text for text in literals) or len(set(names)) < len(names):
        raise ConfigurationError(f"rules: the path {path!r} is malformed")
    pieces = [re.escape(literals[0])]
    for name, literal in zip(names, literals[1:], strict=True):
        pieces += [f"(?P<{name}>[^/]+)", re.escape(literal)]
    return re.compile("".join(pieces))
