"""`Cipher`: bytes in, an envelope out, and back."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import time
from typing import TYPE_CHECKING, Any

from graphwire_encryption.aesgcm._cache import BoundedCache
from graphwire_encryption.aesgcm._calls import from_sync
from graphwire_encryption.aesgcm._data_keys import DataKeys
from graphwire_encryption.aesgcm._envelope import Envelope, Purpose, header_of
from graphwire_encryption.aesgcm._limits import Limits
from graphwire_encryption.aesgcm._primitive import NONCE_SIZE, InvalidTag
from graphwire_encryption.exceptions import (
    ConfigurationError,
    ContextError,
    DecryptionError,
    EncryptionError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping

    from graphwire_encryption.aesgcm._calls import Call
    from graphwire_encryption.aesgcm._data_keys import DataKey
    from graphwire_encryption.aesgcm._provider import KeyProvider

__all__ = ["Cipher", "Opened", "Writer"]

LABEL = b"graphwire-encryption/1\0"
MAX_BOUND = 255
NAME = re.compile(r"[^,\x00-\x1f\x7f]+")


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope held; the repr does not show it."""

    plaintext: bytes = dataclasses.field(repr=False)
    stale: bool = False
    """It was written under another key, or bound to other entries, than would be used today."""


class Writer:
    """Seals bytes under one data key, for one purpose and context; it never waits."""

    def __init__(
        self, key: DataKey, purpose: Purpose, bound: tuple[str, ...], bytes_: bytes
    ) -> None:
        self._key = key
        self._context = bytes_
        self._header = header_of(purpose, key.key_id, bound, check=key.check, wrapped=key.wrapped)

    def seal(self, data: bytes) -> bytes:
        """Encrypt `data` under a new random nonce."""
        self._key.messages += 1
        nonce = os.urandom(NONCE_SIZE)
        header = self._header + nonce
        try:
            body = self._key.cipher.encrypt(nonce, data, LABEL + header + self._context)
        except OverflowError:
            raise EncryptionError(f"{len(data)} bytes are too many for one envelope") from None
        return header + body


class Cipher:
    """AES-256-GCM with data keys that a key provider wraps.

    `tenant` names the entry of the context by which keys are chosen; `bind` names the entries
    without which, unchanged, nothing opens again: by default the tenant. Bind only what is the
    same in every request that may write to the same record, because the server merges records.

    Raises:
        ConfigurationError: A name cannot be used.
    """

    def __init__(
        self,
        keys: KeyProvider,
        *,
        tenant: str | None = "tenant_id",
        bind: Iterable[str] | None = None,
        require_tenant: bool = False,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = limits or Limits()
        self._tenant = tenant
        self._bound = _checked_names(tenant, bind)
        self._require_tenant = require_tenant
        if require_tenant and tenant is None:
            raise ConfigurationError("require_tenant: expected tenant to name an entry, got None")
        self.keys = DataKeys(keys, limits, clock=clock)
        self._values: BoundedCache[bytes] = BoundedCache(
            limits.values, limits.value_age, clock=clock
        )

    def __repr__(self) -> str:
        return f"Cipher({self.keys.provider!r}, tenant={self._tenant!r}, bind={self._bound!r})"

    async def writer(self, purpose: Purpose, metadata: Mapping[str, Any]) -> Writer:
        """Return what seals data under this context.

        Raises:
            ContextError: The context lacks the tenant, or an entry cannot be bound.
            KeyProviderError: There is no data key to be had.
        """
        tenant = self.tenant_of(metadata)
        context = _associated(self._bound, metadata)
        return Writer(await self.keys.to_write(tenant), purpose, self._bound, context)

    async def seal(self, data: bytes, purpose: Purpose, metadata: Mapping[str, Any]) -> bytes:
        """Encrypt `data`; see `writer`."""
        return (await self.writer(purpose, metadata)).seal(data)

    async def open(self, data: bytes, purpose: Purpose, metadata: Mapping[str, Any]) -> Opened:
        """Decrypt an envelope.

        Raises:
            NotEncryptedError: It is not an envelope.
            DecryptionError: It was cut or altered, or belongs to another context or purpose.
            UnknownKeyError: The key that it was written under is not at hand.
            KeyProviderError: The key provider failed.
        """
        envelope, tenant = self.prepare(data, purpose, metadata)
        return self.finish(envelope, await self.keys.to_read(envelope, tenant), tenant, metadata)

    def seal_now(self, data: bytes, purpose: Purpose, metadata: Mapping[str, Any]) -> bytes:
        """Encrypt `data` from synchronous code; see `writer`."""
        tenant = self.tenant_of(metadata)
        context = _associated(self._bound, metadata)
        key = self.keys.known_to_write(tenant) or self._wait(
            lambda call: self.keys.to_write(tenant, call)
        )
        return Writer(key, purpose, self._bound, context).seal(data)

    def open_now(self, data: bytes, purpose: Purpose, metadata: Mapping[str, Any]) -> Opened:
        """Decrypt an envelope from synchronous code; see `open`."""
        envelope, tenant = self.prepare(data, purpose, metadata)
        key = self.keys.known_to_read(envelope, tenant) or self._wait(
            lambda call: self.keys.to_read(envelope, tenant, call)
        )
        return self.finish(envelope, key, tenant, metadata)

    def _wait(self, make: Callable[[Call], Coroutine[Any, Any, DataKey]]) -> DataKey:
        immediate = bool(getattr(self.keys.provider, "immediate", False))
        return from_sync(make, immediate=immediate, call=self.keys.timed)

    def prepare(
        self, data: bytes, purpose: Purpose, metadata: Mapping[str, Any]
    ) -> tuple[Envelope, str | None]:
        """Take an envelope apart and find out whose it is: what `open` does before it waits."""
        envelope = Envelope.parse(data)
        if envelope.purpose is not purpose:
            raise DecryptionError(
                f"expected an envelope for {purpose.name}, got one for {envelope.purpose.name}"
            )
        return envelope, self.tenant_of(metadata)

    def finish(
        self, envelope: Envelope, key: DataKey, tenant: str | None, metadata: Mapping[str, Any]
    ) -> Opened:
        """Decrypt with the data key at hand: what `open` does after it waited."""
        context = _associated(envelope.bound, metadata)
        plaintext = self._plaintext(envelope, key, context)
        return Opened(plaintext, self._is_stale(envelope, tenant))

    def _plaintext(self, envelope: Envelope, key: DataKey, context: bytes) -> bytes:
        if not self._values:  # looking there costs as much as decrypting
            return _decrypt(envelope, key, context)
        place = (envelope.header, envelope.body, context)
        plaintext = self._values.get(place)
        if plaintext is None:
            plaintext = _decrypt(envelope, key, context)
            self._values.put(place, plaintext)
        return plaintext

    def tenant_of(self, metadata: Mapping[str, Any]) -> str | None:
        """Return the tenant that a context names.

        Raises:
            ContextError: It names none and has to, or the entry is not a string.
        """
        if self._tenant is None:
            return None
        found = metadata.get(self._tenant)
        if found is None:
            if self._require_tenant:
                raise ContextError(f"the context has no {self._tenant!r}, which is required")
            return None
        if not isinstance(found, str) or not found:
            raise ContextError(
                f"{self._tenant!r}: expected a string that is not empty, got {type(found).__name__}"
            )
        return found

    def _is_stale(self, envelope: Envelope, tenant: str | None) -> bool:
        if envelope.bound != self._bound:
            return True
        try:
            return envelope.key_id != self.keys.active(tenant)
        except EncryptionError:  # whoever cannot write any more may still read
            return False


def _decrypt(envelope: Envelope, key: DataKey, context: bytes) -> bytes:
    associated = LABEL + envelope.header + context
    try:
        return key.cipher.decrypt(envelope.nonce, envelope.body, associated)
    except InvalidTag:
        pass
    raise DecryptionError("the data was altered, or its context is not the one it was written in")


def _checked_names(tenant: str | None, bind: Iterable[str] | None) -> tuple[str, ...]:
    if isinstance(bind, str):
        raise ConfigurationError("bind: expected names in a list, got one string")
    chosen = ((tenant,) if tenant is not None else ()) if bind is None else tuple(bind)
    for name in (*chosen, *((tenant,) if tenant is not None else ())):
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise ConfigurationError(f"tenant, bind: expected names without commas, got {name!r}")
    names = tuple(sorted(set(chosen)))
    if len(",".join(names).encode()) > MAX_BOUND:
        raise ConfigurationError(f"bind: expected at most {MAX_BOUND} bytes of names")
    return names


def _associated(bound: tuple[str, ...], metadata: Mapping[str, Any]) -> bytes:
    chosen = {name: metadata[name] for name in bound if name in metadata}
    for name, value in chosen.items():
        # What cannot be spelled in exactly one way could differ when it comes back.
        if not (value is None or isinstance(value, str | int)):
            raise ContextError(
                f"{name!r} cannot be bound: expected a string, integer, boolean or null, "
                f"got {type(value).__name__}"
            )
    return json.dumps(chosen, sort_keys=True, separators=(",", ":")).encode()
