"""Keys that wrap data keys, and the ring that holds them."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import os
import re
from typing import TYPE_CHECKING

from graphwire_encryption.aesgcm._derivation import KEY_SIZE
from graphwire_encryption.exceptions import KeyRingError, UnknownKeyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Key", "KeyRing", "decode_secret"]

KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
"""Shorter than any key in base64, so that a key in the place of an id is never quoted."""
TENANT_SIZE = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key of 32 bytes; its repr does not show them.

    Raises:
        KeyRingError: The id or the tenant cannot be used, or the secret is not a key.
    """

    id: str
    """Stored in clear with everything that the key protects: letters, digits, `.`, `_`, `-`."""
    secret: bytes = dataclasses.field(repr=False)
    tenant: str | None = None
    """The only tenant that may use it; `None` lets every tenant use a key derived from it."""

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not KEY_ID.fullmatch(self.id):
            raise KeyRingError("key id: expected 1 to 32 characters of A-Z a-z 0-9 . _ -")
        if not isinstance(self.secret, bytes) or len(self.secret) != KEY_SIZE:
            size = len(self.secret) if isinstance(self.secret, bytes) else None
            got = f"{size} bytes" if size is not None else type(self.secret).__name__
            raise KeyRingError(f"key {self.id!r}: expected {KEY_SIZE} bytes, got {got}")
        if len(set(self.secret)) == 1:
            raise KeyRingError(f"key {self.id!r}: expected random bytes, got one byte repeated")
        if self.tenant is not None and not 0 < len(self.tenant) <= TENANT_SIZE:
            raise KeyRingError(f"key {self.id!r}: tenant: expected 1 to {TENANT_SIZE} characters")

    @classmethod
    def generate(cls, id: str, *, tenant: str | None = None) -> Key:
        """Make a new random key."""
        return cls(id, os.urandom(KEY_SIZE), tenant)

    @classmethod
    def from_text(cls, id: str, text: str, *, tenant: str | None = None) -> Key:
        """Read a key from base64, the standard or the URL-safe alphabet.

        Raises:
            KeyRingError: It is not base64, or not of 32 bytes.
        """
        if not KEY_ID.fullmatch(id):
            return cls(id, b"", tenant)
        try:
            secret = decode_secret(text)
        except KeyRingError as error:
            raise KeyRingError(f"key {id!r}: {error}") from None
        return cls(id, secret, tenant)

    def to_text(self) -> str:
        """Return the secret in base64: the only way it leaves as text."""
        return base64.b64encode(self.secret).decode()


class KeyRing:
    """Keys by id, one of them active for each tenant; it never changes.

    The first key listed for a tenant is the one it writes with; a tenant without keys of its own
    writes with the first shared key. Every other key only reads.

    Raises:
        KeyRingError: There is no key, or two have the same id or the same secret.
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[str, Key] = {}
        secrets: dict[bytes, str] = {}
        for key in keys:
            if key.id in self._keys:
                raise KeyRingError(f"key {key.id!r}: there are two keys of this id")
            if other := secrets.get(key.secret):
                raise KeyRingError(f"key {key.id!r}: the same secret as key {other!r}")
            self._keys[key.id] = key
            secrets[key.secret] = key.id
        if not self._keys:
            raise KeyRingError("keys: expected at least one, got none")
        self._active: dict[str | None, str] = {}
        for key in self._keys.values():
            self._active.setdefault(key.tenant, key.id)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    def active(self, tenant: str | None) -> Key:
        """Return the key that a tenant writes with.

        Raises:
            UnknownKeyError: It has none, and there is no shared one.
        """
        found = self._active.get(tenant) or self._active.get(None)
        if found is None:
            whom = "data without a tenant" if tenant is None else f"tenant {tenant!r:.80}"
            raise UnknownKeyError(f"no key for {whom}: the ring has no shared key either")
        return self._keys[found]

    def is_active(self, key: Key) -> bool:
        """Say whether something is still written with this key."""
        return self._active.get(key.tenant) == key.id

    def find(self, key_id: str, tenant: str | None) -> Key:
        """Return the key of this id, if this tenant may use it.

        Raises:
            UnknownKeyError: There is none, or it is another tenant's.
        """
        key = self._keys.get(key_id)
        if key is None:
            raise UnknownKeyError(f"key {key_id!r:.80} is not in the ring")
        if key.tenant is not None and key.tenant != tenant:
            raise UnknownKeyError(f"key {key_id!r} belongs to another tenant")
        return key

    def with_key(self, key: Key) -> KeyRing:
        """Return a ring in which `key` is the active one of its tenant."""
        return KeyRing([key, *self])

    def without(self, key_id: str) -> KeyRing:
        """Return a ring without a key; what it protects can then be read by nobody.

        Raises:
            UnknownKeyError: There is none of this id.
            KeyRingError: It is the last one, or still the active one.
        """
        key = self._keys.get(key_id)
        if key is None:
            raise UnknownKeyError(f"key {key_id!r:.80} is not in the ring")
        if self.is_active(key):
            raise KeyRingError(f"key {key_id!r} is active: rotate to another one first")
        return KeyRing([k for k in self if k.id != key_id])


def decode_secret(text: str) -> bytes:
    """Read 32 bytes from base64; an error quotes nothing of the text."""
    encoded = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (ValueError, binascii.Error):
        got = f"{len(text)} characters that are not base64"
    else:
        if len(secret) == KEY_SIZE:
            return secret
        got = f"{len(secret)} bytes"
    raise KeyRingError(f"expected {KEY_SIZE} bytes in base64, got {got}")
