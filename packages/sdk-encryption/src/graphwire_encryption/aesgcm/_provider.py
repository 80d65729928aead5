"""Who wraps data keys: a key provider, and the one that works without any service."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from graphwire_encryption.aesgcm._derivation import derive
from graphwire_encryption.aesgcm._primitive import NONCE_SIZE, InvalidTag, aes_gcm
from graphwire_encryption.aesgcm._sources import ring_from_environment
from graphwire_encryption.exceptions import DecryptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphwire_encryption.aesgcm._keys import Key, KeyRing
    from graphwire_encryption.aesgcm._primitive import Aead

__all__ = ["KeyProvider", "LocalKeys"]

LABEL = b"graphwire-encryption/1 wrap"


class KeyProvider(Protocol):
    """Wraps data keys with keys that never leave it, such as those of a KMS.

    It is called seldom: unwrapped data keys are kept for a while. Every call is bounded in time,
    and what it returns is checked before anything is stored under it.
    """

    def active(self, tenant: str | None, /) -> str:
        """Return the id of the key that new data is written under, without waiting."""

    async def wrap(self, key_id: str, data_key: bytes, /, *, tenant: str | None) -> bytes:
        """Return `data_key`, 32 bytes, encrypted with a key, in at most 65,535 bytes."""

    async def unwrap(self, key_id: str, wrapped: bytes, /, *, tenant: str | None) -> bytes:
        """Return the data key, or raise if the key is unknown or the tenant is another one."""


class LocalKeys:
    """Wraps data keys with the keys of a ring, in this process.

    A shared key is never used as it is: each tenant has a key derived from it, so that the data of
    one tenant does not open as another's.
    """

    immediate = True
    """It never waits, so synchronous code may call it as well."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> LocalKeys:
        """Use the ring of `GRAPHWIRE_ENCRYPTION_KEYS` or `GRAPHWIRE_ENCRYPTION_KEYS_FILE`.

        Raises:
            KeyRingError: Neither is set, both are, or a key cannot be used.
        """
        return cls(ring_from_environment(environ))

    def __repr__(self) -> str:
        return f"LocalKeys({self._ring!r})"

    def active(self, tenant: str | None, /) -> str:
        """Return the id of the key that a tenant writes with."""
        return self._ring.active(tenant).id

    async def wrap(self, key_id: str, data_key: bytes, /, *, tenant: str | None) -> bytes:
        """Encrypt a data key: a nonce of 12 bytes, the ciphertext, a tag of 16 bytes."""
        nonce = os.urandom(NONCE_SIZE)
        key = self._ring.find(key_id, tenant)
        return nonce + _cipher(key, tenant).encrypt(nonce, data_key, _associated(key_id, tenant))

    async def unwrap(self, key_id: str, wrapped: bytes, /, *, tenant: str | None) -> bytes:
        """Decrypt a data key.

        Raises:
            UnknownKeyError: The key is not in the ring, or not this tenant's.
            DecryptionError: It was altered, or wrapped for another tenant or by another key.
        """
        cipher = _cipher(self._ring.find(key_id, tenant), tenant)
        nonce, body = wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:]
        try:
            return cipher.decrypt(nonce, body, _associated(key_id, tenant))
        except (InvalidTag, ValueError):
            pass
        raise DecryptionError(
            f"the data key does not unwrap with key {key_id!r}: it was altered, "
            "or written under another key or for another tenant"
        )


def _cipher(key: Key, tenant: str | None) -> Aead:
    return aes_gcm(derive(key.secret, LABEL + _associated("", tenant)))


def _associated(key_id: str, tenant: str | None) -> bytes:
    # A tenant named "" and no tenant at all are two different things.
    whom = b"-" if tenant is None else b"+" + tenant.encode()
    return b"\0".join((LABEL, key_id.encode(), whom))
