"""What is said to a SOCKS5 proxy before a connection leads on to a server (RFC 1928 and 1929)."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator
from typing import TypeAlias

__all__ = ["Refused", "Steps", "handshake"]

Steps: TypeAlias = Generator[tuple[bytes, int], bytes, None]
"""Yields what to write and how many bytes to read after it; receives those."""

_VERSION = 5
_NO_CREDENTIALS, _PASSWORD = 0, 2
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_SIZES = {_IPV4: 4, _IPV6: 16}
_LONGEST = 255
_REASONS = {
    1: "it failed",
    2: "its rules do not allow it",
    3: "the network is unreachable",
    4: "the host is unreachable",
    5: "Connection refused",
    6: "it took too long",
    7: "it opens no connections",
    8: "it does not know addresses of this kind",
}


class Refused(Exception):
    """The proxy does not lead on, or is none; the message says why."""


def handshake(host: str, port: int, credentials: tuple[bytes, bytes] | None) -> Steps:
    """Say where to lead, with credentials where there are some; names are the proxy's to resolve.

    Raises:
        Refused: The proxy says no, or something else.
    """
    method = _NO_CREDENTIALS if credentials is None else _PASSWORD
    version, chosen = yield bytes([_VERSION, 1, method]), 2
    if version != _VERSION:
        raise Refused("it does not speak SOCKS5")
    if chosen != method:
        raise Refused("it wants other credentials" if credentials else "it wants credentials")
    if credentials is not None:
        accepted = yield b"\x01" + b"".join(map(_counted, credentials)), 2
        if accepted[1] != 0:
            raise Refused("it refuses the credentials")
    where = _address(host) + port.to_bytes(2)
    _, reply, _, kind = yield bytes([_VERSION, _CONNECT, 0]) + where, 4
    if reply != 0:
        raise Refused(_REASONS.get(reply, f"it answers {reply}"))
    size = _SIZES.get(kind) or (yield b"", 1)[0]
    yield b"", size + 2  # where the proxy connects from, which is of no use here


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bytes([_NAME]) + _counted(host.encode("ascii"))
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed  # noqa: PLR2004


def _counted(value: bytes) -> bytes:
    if len(value) > _LONGEST:
        raise Refused(f"it takes names and passwords of {_LONGEST} bytes at most")
    return bytes([len(value)]) + value
