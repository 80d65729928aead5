"""`AesGcm`: the ready-made handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphwire_encryption._handlers import Kind
from graphwire_encryption._request import current_request
from graphwire_encryption._result import DecryptResult
from graphwire_encryption.aesgcm._cipher import Cipher
from graphwire_encryption.aesgcm._envelope import Envelope, Purpose, is_envelope
from graphwire_encryption.aesgcm._fields import FieldPolicy
from graphwire_encryption.aesgcm._objects import decrypt_object, encrypt_object
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    ContextError,
    DecryptionError,
    EncryptionError,
    NotEncryptedError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphwire_encryption._context import EncryptionContext
    from graphwire_encryption._encryption import Encryption
    from graphwire_encryption.aesgcm._limits import Limits
    from graphwire_encryption.aesgcm._provider import KeyProvider

__all__ = ["AesGcm"]


class AesGcm:
    """Handlers that encrypt blobs and JSON with AES-256-GCM.

    `tenant`, `bind` and `require_tenant` are those of `Cipher`. Without a context handler that
    derives the tenant from the user, callers name their tenant themselves, in a header. The server
    decrypts with the context stored beside the data, whoever asks: keeping tenants apart is the
    task of authorization. `isolate_tenants` refuses what slips through it.
    """

    def __init__(
        self,
        keys: KeyProvider,
        *,
        fields: FieldPolicy | None = None,
        tenant: str | None = "tenant_id",
        bind: Iterable[str] | None = None,
        require_tenant: bool = False,
        isolate_tenants: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._isolate = isolate_tenants
        self.cipher = Cipher(
            keys, tenant=tenant, bind=bind, require_tenant=require_tenant, limits=limits
        )
        self.fields = fields or FieldPolicy()

    def __repr__(self) -> str:
        return f"AesGcm({self.cipher!r})"

    def install(self, encryption: Encryption) -> None:
        """Register the four handlers.

        Raises:
            DuplicateHandlerError: One of them is registered already.
        """
        encryption.register(Kind.ENCRYPT_BLOB, self.encrypt_blob)
        encryption.register(Kind.DECRYPT_BLOB, self.decrypt_blob)
        encryption.register(Kind.ENCRYPT_JSON, self.encrypt_json)
        encryption.register(Kind.DECRYPT_JSON, self.decrypt_json)

    async def encrypt_blob(self, ctx: EncryptionContext, blob: bytes) -> bytes:
        """Encrypt opaque bytes.

        Raises:
            AlreadyEncryptedError: They are an envelope already.
        """
        if _is_whole_envelope(blob):
            raise AlreadyEncryptedError(f"the blob of {len(blob)} bytes is encrypted already")
        return await self.cipher.seal(blob, Purpose.BLOB, ctx.metadata)

    async def decrypt_blob(self, ctx: EncryptionContext, blob: bytes) -> DecryptResult[bytes]:
        """Decrypt an envelope; with a replacement, when it was written under an older key.

        Raises:
            NotEncryptedError: It is plaintext, and the policy does not accept that.
        """
        self._check_request(ctx)
        if not is_envelope(blob):
            if self.fields.plaintext == "refuse":
                raise NotEncryptedError(f"expected an encrypted blob, got {len(blob)} other bytes")
            return DecryptResult(blob, await self._anew(ctx, blob))
        opened = await self.cipher.open(blob, Purpose.BLOB, ctx.metadata)
        replacement = await self._anew(ctx, opened.plaintext) if opened.stale else None
        return DecryptResult(opened.plaintext, replacement)

    async def encrypt_json(self, ctx: EncryptionContext, data: dict[str, Any]) -> dict[str, Any]:
        """Encrypt the values that the policy does not leave readable."""
        return await encrypt_object(self.cipher, self.fields, ctx, data)

    async def decrypt_json(
        self, ctx: EncryptionContext, data: dict[str, Any]
    ) -> DecryptResult[dict[str, Any]]:
        """Decrypt what `encrypt_json` made; with a replacement, when some of it is older."""
        self._check_request(ctx)
        return await decrypt_object(self.cipher, self.fields, ctx, data)

    def _check_request(self, ctx: EncryptionContext) -> None:
        request = current_request() if self._isolate else None
        if request is None:
            return
        if self.cipher.tenant_of(request) != self.cipher.tenant_of(ctx.metadata):
            raise ContextError("the data belongs to another tenant than the request")

    async def _anew(self, ctx: EncryptionContext, plaintext: bytes) -> bytes | None:
        try:
            return await self.cipher.seal(plaintext, Purpose.BLOB, ctx.metadata)
        except EncryptionError:  # what was read is whole; storage stays as it is
            return None


def _is_whole_envelope(blob: bytes) -> bool:
    try:
        Envelope.parse(blob)
    except (NotEncryptedError, DecryptionError):
        return False
    return True
