"""One small HTTP request to an identity provider, with the standard library.

Key sets change a few times a day and introspection is cached, so a pool or HTTP/2 would gain
nothing, while a dependency would be loaded into every server that checks tokens.
"""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException as BadResponse
from typing import Any, TypeAlias
from urllib.error import HTTPError
from urllib.parse import urlsplit

from graphwire_auth.exceptions import ConfigurationError

__all__ = ["Fetch", "FetchError", "check_url", "fetch", "safely"]

MAX_BODY = 1_000_000
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OK = 200


class FetchError(Exception):
    """The provider did not answer as it should; the text quotes neither request nor response."""


Fetch: TypeAlias = Callable[[str, bytes | None, Mapping[str, str], float], bytes]
"""Get `(url, body or None, headers, seconds)`; blocking, run in a thread."""


def check_url(name: str, url: str) -> str:
    """Return `url` when tokens may be trusted to it.

    Raises:
        ConfigurationError: It is not HTTPS (plain HTTP is for this machine only).
    """
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ConfigurationError(f"{name}: expected an https:// URL")
    if parts.username or parts.password:
        raise ConfigurationError(f"{name}: a URL is logged, so it must not hold a password")
    return url


def fetch(url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> bytes:
    """Get `url`, or post `body` to it, within `seconds`; blocking.

    Raises:
        FetchError: The provider is down, slow, or does not answer 200, or answers too much.
    """
    deadline = time.monotonic() + seconds
    request = urllib.request.Request(  # noqa: S310  # check_url() has seen the scheme
        url, data=body, headers={"User-Agent": "graphwire-auth", **headers}
    )
    local = urlsplit(url).hostname in LOOPBACK
    handlers: list[Any] = [_NoRedirect(), *([urllib.request.ProxyHandler({})] if local else [])]
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=seconds) as response:
            if response.status != OK:
                raise FetchError(f"status {response.status}")
            return _read(response, deadline)
    except HTTPError as error:
        error.close()
        raise FetchError(f"status {error.code}") from None
    except (OSError, BadResponse, ValueError) as error:
        raise FetchError(type(error).__name__) from None


def safely(fetch: Fetch) -> Fetch:
    """Make `fetch` raise nothing but `FetchError`, whichever HTTP library it uses."""

    def wrapped(url: str, body: bytes | None, headers: Mapping[str, str], seconds: float) -> bytes:
        try:
            return fetch(url, body, headers, seconds)
        except FetchError:
            raise
        except Exception as error:  # noqa: BLE001  # its text may quote the token
            raise FetchError(type(error).__name__) from None

    return wrapped


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry a token to a place that nobody configured."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none; the answer then counts as an error."""


def _read(response: Any, deadline: float) -> bytes:
    # The timeout of a socket is per read: a server that drips bytes needs a limit of its own.
    found = bytearray()
    while chunk := response.read1(65536):
        found += chunk
        if len(found) > MAX_BODY:
            raise FetchError("the answer is too long")
        if time.monotonic() > deadline:
            raise FetchError("the answer takes too long")
    return bytes(found)
