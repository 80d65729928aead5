"""The parts of a URL that a connection is made of, and the one that is sent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

__all__ = ["Origin", "Proxy", "origin_and_target", "proxy_of"]

_URL = re.compile(r"(https?://[^/?#]*)([^#]*)")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where a request goes."""

    scheme: bytes
    host: bytes
    """Without the brackets of an IPv6 address."""
    port: int | None
    """`None` for that of the scheme."""
    header: bytes
    """What the `host` header says."""


class Proxy(NamedTuple):
    """The proxy on the way to every origin."""

    scheme: bytes
    host: bytes
    port: int | None
    credentials: tuple[bytes, bytes] | None


def origin_and_target(url: str) -> tuple[Origin, bytes]:
    """Split the absolute and quoted URL of a request.

    Raises:
        ValueError: It is none.
    """
    parts = _URL.match(url)
    if parts is None:
        raise ValueError("expected an absolute http:// or https:// URL")
    target = parts[2].encode("ascii")
    return _origin(parts[1]), target if target.startswith(b"/") else b"/" + target


def proxy_of(url: str) -> Proxy:
    """Split the URL of a proxy, credentials included."""
    parts = urlsplit(url)
    credentials = None
    if parts.username is not None:
        named = parts.username, parts.password or ""
        credentials = (unquote(named[0]).encode(), unquote(named[1]).encode())
    return Proxy(parts.scheme.encode(), _host(parts.hostname), parts.port, credentials)


@lru_cache(maxsize=64)
def _origin(text: str) -> Origin:
    parts = urlsplit(text)
    port = None if parts.port == _DEFAULT_PORTS[parts.scheme] else parts.port
    host = _host(parts.hostname)
    header = b"[%b]" % host if b":" in host else host
    if port is not None:
        header = b"%b:%d" % (header, port)
    return Origin(parts.scheme.encode(), host, port, header)


def _host(name: str | None) -> bytes:
    if not name:
        raise ValueError("expected a URL with a host")
    return name.encode("ascii" if name.isascii() else "idna")
