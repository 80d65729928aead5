"""How long keys live, and how many are kept."""

from __future__ import annotations

import dataclasses

from graphwire_encryption.exceptions import ConfigurationError

__all__ = ["Limits"]

MAX_MESSAGES = 2**32
"""A random nonce of 96 bits is good for so many messages under one key (NIST SP 800-38D, 8.3)."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the caches and of the calls to a key provider.

    Raises:
        ConfigurationError: A bound is out of its range.
    """

    write_age: float = 900
    """Seconds for which one data key encrypts; then there is a new one."""
    write_messages: int = 2**24
    """Messages that one data key encrypts."""
    keys: int = 1024
    """Unwrapped data keys that are kept in memory."""
    key_age: float = 900
    """Seconds for which an unwrapped data key is kept: a key revoked in a KMS reads on so long."""
    values: int = 0
    """Decrypted values that are kept in memory; 0 keeps none."""
    value_age: float = 10
    """Seconds for which a decrypted value is kept."""
    provider_timeout: float = 10
    """Seconds that a key provider may take for a call."""

    def __post_init__(self) -> None:
        for name in ("write_age", "key_age", "value_age", "provider_timeout"):
            _check(name, getattr(self, name), above=0)
        _check("write_messages", self.write_messages, above=0, below=MAX_MESSAGES + 1)
        _check("keys", self.keys, above=0)
        _check("values", self.values, above=-1)


def _check(name: str, found: object, *, above: int, below: float = float("inf")) -> None:
    number = isinstance(found, int | float) and not isinstance(found, bool)
    if not number or not above < found < below:  # type: ignore[operator]  # checked to be a number
        most = "" if below == float("inf") else f" and less than {below}"
        raise ConfigurationError(f"{name}: expected a number above {above}{most}, got {found!r}")
