"""Every error that `graphwire_auth` raises, in one tree.

```
AuthError
├─ HTTPException          what a caller of the server gets: status, detail, headers
├─ RegistrationError      a handler cannot be registered (also a ValueError)
├─ FilterError            a filter that the server would misread (also a ValueError)
├─ IgnoredMutationError   a rule changed something that the server does not read back
├─ ConfigurationError     an authenticator or the deployment is set up wrongly (also a ValueError)
├─ MissingPackageError    a feature needs a package that is not installed
└─ PluginError            a plugin could not be loaded or used
```

Only `HTTPException` is meant for the caller. The others are mistakes in the rules: the server
answers them with a plain 500, and their text stays in its log.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AuthError",
    "ConfigurationError",
    "FilterError",
    "HTTPException",
    "IgnoredMutationError",
    "MissingPackageError",
    "PluginError",
    "RegistrationError",
]

LOWEST, HIGHEST = 400, 599
"""The statuses that refuse; any other would let a request through in disguise."""


class AuthError(Exception):
    """Base of every error of this package."""


class HTTPException(AuthError):  # the name that rules for this server are written with
    """Refuse a request with this status, detail and these headers.

    Both reach the client over HTTP; over WebSocket the handshake is refused with the status.

    Raises:
        ValueError: The status is not an error status, or a header could not be sent.
    """

    def __init__(
        self,
        status_code: int = 401,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if not LOWEST <= status_code <= HIGHEST:
            raise ValueError(f"status_code: expected {LOWEST} to {HIGHEST}, got {status_code}")
        self.status_code = int(status_code)
        self.detail = _phrase(status_code) if detail is None else detail
        self.headers = _checked(headers or {})
        super().__init__(self.status_code, self.detail, self.headers)

    def __str__(self) -> str:
        return f"{self.status_code}: {self.detail}"

    def __repr__(self) -> str:
        return f"HTTPException(status_code={self.status_code}, detail={self.detail!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.status_code, self.detail, self.headers)


class RegistrationError(AuthError, ValueError):
    """A handler breaks a rule of registration; the message names the handler and the rule."""


class FilterError(AuthError, ValueError):
    """A filter is empty, unknown to the server, or wider than it looks."""


class IgnoredMutationError(AuthError):
    """A rule changed a part of the value that the server does not read back."""


class ConfigurationError(AuthError, ValueError):
    """A setting is missing or wrong; the message names it and never quotes a secret."""


class MissingPackageError(AuthError):
    """A feature needs a package that is not installed; the message says which."""


class PluginError(AuthError):
    """A plugin failed; the message names the plugin, its distribution and the hook."""


def _phrase(status_code: int) -> str:
    try:
        return HTTPStatus(status_code).phrase
    except ValueError:
        raise ValueError(
            f"detail: required for status {status_code}, which has no phrase"
        ) from None


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        # A line break in a header would let its author write headers of their own.
        if not name.isascii() or not name or any(c in name + value for c in "\r\n\0"):
            raise ValueError(f"headers: {name!r} cannot be sent")
    return dict(headers)
