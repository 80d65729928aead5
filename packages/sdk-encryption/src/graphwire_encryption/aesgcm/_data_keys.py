"""Data keys: made, wrapped, unwrapped, checked, and kept for a while."""

from __future__ import annotations

import dataclasses
import hmac
import os
import time
from typing import TYPE_CHECKING

from graphwire_encryption.aesgcm._cache import BoundedCache
from graphwire_encryption.aesgcm._calls import Timed
from graphwire_encryption.aesgcm._derivation import KEY_SIZE, derive
from graphwire_encryption.aesgcm._envelope import CHECK_SIZE
from graphwire_encryption.aesgcm._primitive import aes_gcm
from graphwire_encryption.exceptions import DecryptionError, KeyProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphwire_encryption.aesgcm._calls import Call
    from graphwire_encryption.aesgcm._envelope import Envelope
    from graphwire_encryption.aesgcm._limits import Limits
    from graphwire_encryption.aesgcm._primitive import Aead
    from graphwire_encryption.aesgcm._provider import KeyProvider

__all__ = ["DataKey", "DataKeys"]

MAX_WRAPPED = 65_535
MAX_KEY_ID = 255


@dataclasses.dataclass(slots=True, repr=False)
class DataKey:
    """A data key that is ready for use."""

    key_id: str
    wrapped: bytes
    check: bytes
    cipher: Aead
    messages: int = 0
    """What it encrypted so far; threads may lose a count, far from where it matters."""

    @classmethod
    def of(cls, key_id: str, wrapped: bytes, secret: bytes) -> DataKey:
        """Derive from 32 bytes what encrypts, and what tells this key from others."""
        check = derive(secret, b"graphwire-encryption/1 check")[:CHECK_SIZE]
        cipher = aes_gcm(derive(secret, b"graphwire-encryption/1 encrypt"))
        return cls(key_id, wrapped, check, cipher)

    def __repr__(self) -> str:
        return f"DataKey(wrapped by {self.key_id!r})"


class DataKeys:
    """Data keys of one provider, for writing and for reading.

    One that writes is unwrapped once before its first use, so that nothing is ever stored that the
    provider cannot open again.
    """

    def __init__(
        self, provider: KeyProvider, limits: Limits, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.provider = provider
        self._limits = limits
        self._writing: BoundedCache[DataKey] = BoundedCache(
            limits.keys, limits.write_age, clock=clock
        )
        self._reading: BoundedCache[DataKey] = BoundedCache(
            limits.keys, limits.key_age, clock=clock
        )
        self.timed = Timed(limits.provider_timeout)

    def active(self, tenant: str | None) -> str:
        """Return the id of the key that a tenant writes with.

        Raises:
            KeyProviderError: The provider's answer cannot be written into a header.
        """
        found = self.provider.active(tenant)
        if not isinstance(found, str) or not 0 < len(found.encode()) <= MAX_KEY_ID:
            raise KeyProviderError(
                f"active: expected an id of 1 to {MAX_KEY_ID} bytes, got {type(found).__name__}"
            )
        return found

    def known_to_write(self, tenant: str | None) -> DataKey | None:
        """Return the tenant's data key, unless there is none or it has served its time."""
        place = (tenant, self.active(tenant))
        key = self._writing.get(place)
        if key and key.messages >= self._limits.write_messages:
            self._writing.drop(place)
            return None
        return key

    async def to_write(self, tenant: str | None, call: Call | None = None) -> DataKey:
        """Return the tenant's data key, or a new one.

        Raises:
            KeyProviderError: It cannot be wrapped, or not be unwrapped again.
        """
        if known := self.known_to_write(tenant):
            return known
        key_id = self.active(tenant)
        if call:
            return await self._make(key_id, tenant, call)
        return await self.timed.once(
            ("write", tenant, key_id), lambda: self._make(key_id, tenant, self.timed)
        )

    def known_to_read(self, envelope: Envelope, tenant: str | None) -> DataKey | None:
        """Return the data key of an envelope, if it was unwrapped for this tenant not long ago."""
        key = self._reading.get((envelope.key_id, envelope.wrapped, tenant))
        if key and not hmac.compare_digest(key.check, envelope.check):
            raise DecryptionError("the envelope's header was altered")
        return key

    async def to_read(
        self, envelope: Envelope, tenant: str | None, call: Call | None = None
    ) -> DataKey:
        """Return the data key of an envelope.

        Raises:
            UnknownKeyError: The provider does not know the key that it is wrapped with.
            KeyProviderError: It failed, took too long, or gave back another key.
            DecryptionError: The wrapped key was altered, or is another tenant's.
        """
        if known := self.known_to_read(envelope, tenant):
            return known
        if call:
            return await self._open(envelope, tenant, call)
        return await self.timed.once(
            ("read", tenant, envelope.key_id, envelope.wrapped, envelope.check),
            lambda: self._open(envelope, tenant, self.timed),
        )

    async def _make(self, key_id: str, tenant: str | None, call: Call) -> DataKey:
        secret = os.urandom(KEY_SIZE)
        what = f"wrap with key {key_id!r}"
        wrapped = await call(what, lambda: self.provider.wrap(key_id, secret, tenant=tenant))
        if not isinstance(wrapped, bytes) or not 0 < len(wrapped) <= MAX_WRAPPED:
            got = f"{len(wrapped)}" if isinstance(wrapped, bytes) else type(wrapped).__name__
            raise KeyProviderError(f"{what}: expected 1 to {MAX_WRAPPED} bytes, got {got}")
        if secret in wrapped:
            raise KeyProviderError(f"{what}: gave back the data key in clear")
        if not hmac.compare_digest(await self._unwrap(key_id, wrapped, tenant, call), secret):
            raise KeyProviderError(f"{what}: unwrap gives back another key")
        key = DataKey.of(key_id, wrapped, secret)
        self._writing.put((tenant, key_id), key)
        self._reading.put((key_id, wrapped, tenant), key)
        return key

    async def _open(self, envelope: Envelope, tenant: str | None, call: Call) -> DataKey:
        secret = await self._unwrap(envelope.key_id, envelope.wrapped, tenant, call)
        key = DataKey.of(envelope.key_id, envelope.wrapped, secret)
        if not hmac.compare_digest(key.check, envelope.check):
            raise KeyProviderError(
                f"unwrap with key {envelope.key_id!r:.80}: gave back another key than the one "
                "this was written with, or the envelope's header was altered"
            )
        self._reading.put((envelope.key_id, envelope.wrapped, tenant), key)
        return key

    async def _unwrap(self, key_id: str, wrapped: bytes, tenant: str | None, call: Call) -> bytes:
        what = f"unwrap with key {key_id!r:.80}"
        secret = await call(what, lambda: self.provider.unwrap(key_id, wrapped, tenant=tenant))
        if not isinstance(secret, bytes) or len(secret) != KEY_SIZE:
            got = f"{len(secret)}" if isinstance(secret, bytes) else type(secret).__name__
            raise KeyProviderError(f"{what}: expected {KEY_SIZE} bytes, got {got}")
        return secret
