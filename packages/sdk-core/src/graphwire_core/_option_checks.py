"""Checks of single options of a client; each says what was expected, and shows no secret."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping
from dataclasses import fields
from math import isfinite
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from pydantic import SecretStr

from graphwire_core._arguments import KEY_HEADER, describe, header_fault
from graphwire_core.retry import Retry
from graphwire_core.transports._types import Limits, Timeout

__all__ = [
    "check_limits",
    "check_retry",
    "check_timeout",
    "clean_headers",
    "clean_key",
    "clean_proxy",
    "clean_url",
    "decoded",
    "every_phase",
]

_QUOTED = string.punctuation
"""What a URL that was given may hold as it is: whoever wrote it has quoted what needs it."""

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def decoded(value: Any) -> Any:
    """Decode the JSON of a variable; what is none stays as it is."""
    if not isinstance(value, str) or not value.startswith(("{", "[", "null")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        pass
    raise ValueError("expected JSON, got text that is none")


def clean_url(url: str) -> str:
    """Return the URL of a server with its scheme in lower case and no slash at its end."""
    url = url.strip()
    parts = _split(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        got = "one with credentials" if "@" in url else describe(url.partition("?")[0])
        raise ValueError(f"expected an http:// or https:// URL, got {got}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("credentials do not belong in the URL; use api_key= or headers=")
    if parts.query or parts.fragment:
        # A query may hold a token, so it is not shown.
        raise ValueError("expected a URL without query and fragment; use params= of a call")
    _check_port(parts)
    return (parts.scheme + _ascii(url, parts.hostname)[len(parts.scheme) :]).rstrip("/")


def _ascii(url: str, host: str) -> str:
    """Write a URL as it is sent: a host name of other scripts encoded, the rest quoted."""
    if url.isascii():
        return url
    try:
        encoded = host.encode("idna").decode("ascii")
    except UnicodeError:
        encoded = ""
    if not encoded:
        raise ValueError("expected a URL with a host name")
    return quote(re.sub(re.escape(host), encoded, url, count=1, flags=re.IGNORECASE), safe=_QUOTED)


def clean_proxy(proxy: Any) -> Any:
    """Return the URL of a proxy; `host:port` is one of an HTTP proxy."""
    text = proxy.get_secret_value() if isinstance(proxy, SecretStr) else proxy
    if not isinstance(text, str):
        return proxy
    text = text.strip()
    if "://" not in text:
        text = f"http://{text}"
    parts = _split(text)
    if parts.scheme not in PROXY_SCHEMES or not parts.hostname:
        known = ", ".join(f"{scheme}://" for scheme in PROXY_SCHEMES)
        raise ValueError(f"expected a URL with a host and one of {known}")
    _check_port(parts)
    return SecretStr(text)


def _split(url: str) -> SplitResult:
    if any(char.isspace() or not char.isprintable() for char in url):
        raise ValueError("expected a URL without spaces, line breaks and control characters")
    try:
        return urlsplit(url)
    except ValueError:
        pass
    raise ValueError("expected a URL, got one with a malformed host")


def _check_port(parts: SplitResult) -> None:
    try:
        port = parts.port
    except ValueError:
        port = -1
    if port is not None and not 0 < port < 2**16:
        raise ValueError("expected a port from 1 to 65535 in the URL")


def clean_key(key: Any) -> Any:
    """Return an API key without the quotes and spaces around it, `None` for an empty one."""
    if isinstance(key, SecretStr):
        key = key.get_secret_value()
    if key is None:
        return None
    if not isinstance(key, str):
        raise ValueError(f"expected text, got {type(key).__name__}")  # noqa: TRY004  # pydantic's
    bare = key.strip().strip("\"'").strip()
    fault = header_fault(KEY_HEADER, bare)
    if fault is not None:
        raise ValueError(f"expected {fault[1]}, got {fault[2]}")
    return bare or None


def clean_headers(headers: Any) -> Any:
    """Return headers with their names in lower case; the key's own is refused."""
    headers = decoded(headers)
    if not isinstance(headers, Mapping):
        return headers
    for name, value in headers.items():
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        fault = header_fault(name, text)
        if fault is not None:
            where, expected, got = fault
            raise ValueError(f"headers{where}: expected {expected}, got {got}")
        if name.lower() == KEY_HEADER:
            raise ValueError(f"{KEY_HEADER!r} is reserved; use api_key=")
    return {name.lower(): value for name, value in headers.items()}


def every_phase(limit: Any) -> Any:
    """Make a `Timeout` of one number for every phase, of `None` for no limit."""
    limit = decoded(limit)
    if limit is None:
        return Timeout(None, None, None, None)
    if isinstance(limit, Timeout | Mapping):
        return limit
    try:
        seconds = float(limit)
    except (TypeError, ValueError, OverflowError):
        seconds = -1.0
    if isinstance(limit, bool) or not 0 < seconds < float("inf"):
        raise ValueError(f"expected seconds (above 0) or a Timeout, got {describe(limit)}")
    return Timeout(seconds, seconds, seconds, seconds)


def check_timeout(timeout: Timeout) -> Timeout:
    """Refuse a phase that is no number of seconds above 0."""
    for phase, value in _members(timeout):
        if value is not None and not (_is_number(value) and value > 0):
            raise ValueError(f"{phase}: expected seconds (above 0) or None, got {describe(value)}")
    return timeout


def check_limits(limits: Limits) -> Limits:
    """Refuse a bound that lets no connection live."""
    for bound, value in _members(limits):
        least = 1 if bound == "max_connections" else 0
        whole = bound == "keepalive_expiry" or isinstance(value, int)
        if value is not None and not (whole and _is_number(value) and value >= least):
            raise ValueError(f"{bound}: expected {least} or more, or None, got {describe(value)}")
    return limits


def check_retry(retry: Retry | None) -> Retry | None:
    """Refuse a policy that makes no attempt, or waits for a time that is none."""
    if retry is None:
        return None
    attempts = retry.attempts
    if not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 1:
        raise ValueError(f"attempts: expected 1 or more, got {describe(attempts)}")
    for delay, value in _members(retry):
        if delay not in {"attempts", "statuses"} and not (_is_number(value) and value >= 0):
            raise ValueError(f"{delay}: expected seconds (0 or above), got {describe(value)}")
    if not all(isinstance(status, int) for status in retry.statuses):
        raise ValueError(f"statuses: expected integers, got {describe(retry.statuses)}")
    return retry


def _members(options: Timeout | Limits | Retry) -> list[tuple[str, Any]]:
    return [(field.name, getattr(options, field.name)) for field in fields(options)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
