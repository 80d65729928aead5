"""What is not written to a file: credentials, by the name they have and wherever they are seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["REDACTED", "Redaction"]

REDACTED: Final = "<redacted>"

_HEADERS = (
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "x-encryption-context",
)
_FIELDS = (
    "access_token",
    "api_key",
    "apikey",
    "client_secret",
    "id_token",
    "password",
    "private_key",
    "refresh_token",
    "secret",
    "token",
)
_SHORTEST = 8
"""Characters of a secret that is looked for elsewhere; less stands in half of all texts."""


class Redaction:
    """Takes secrets out of headers, queries, texts and JSON.

    What has a secret's name is a secret everywhere: a key that an error message repeats is found.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Begin without knowing a secret.

        Args:
            names: More names of headers, query parameters and JSON fields that are secret.
        """
        self._names = {_plain(name) for name in (*_HEADERS, *_FIELDS, *names)}
        self._secrets: set[str] = set()

    def learn(self, headers: Mapping[str, str]) -> None:
        """Remember the secrets of some headers."""
        for name, value in headers.items():
            if _plain(name) in self._names:
                secrets = {value, *_parts(_plain(name), value)}
                self._secrets |= {one for one in secrets if len(one) >= _SHORTEST}

    def named(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return headers or query parameters without secrets."""
        self._find(dict(values))
        return {
            name: REDACTED if _plain(name) in self._names else self.text(value)
            for name, value in values.items()
        }

    def text(self, text: str) -> str:
        """Return a text without the secrets that are known."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, REDACTED)
        return text

    def data(self, value: Any) -> Any:
        """Return JSON without secrets."""
        self._find(value)
        return self._without(value)

    def _find(self, value: Any) -> None:
        """Remember the secrets that have a secret's name."""
        if isinstance(value, dict):
            for name, member in value.items():
                if isinstance(member, str) and _plain(name) in self._names:
                    self._secrets |= {member} if len(member) >= _SHORTEST else set()
                else:
                    self._find(member)
        elif isinstance(value, list):
            for member in value:
                self._find(member)

    def _without(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                self.text(name): REDACTED
                if member is not None and _plain(name) in self._names
                else self._without(member)
                for name, member in value.items()
            }
        if isinstance(value, list):
            return [self._without(member) for member in value]
        return self.text(value) if isinstance(value, str) else value


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _parts(name: str, value: str) -> list[str]:
    """Return what is secret of a header: of cookies each value, else what follows the scheme."""
    if not name.endswith("cookie"):
        return value.split()[1:]
    cookies = [one.partition("=")[2].strip() for one in value.split(";")]
    return cookies[:1] if name == "set_cookie" else cookies  # its attributes follow
