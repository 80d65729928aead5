import base64
from typing import Any

from graphwire_encryption import DecryptResult, Encryption, EncryptionContext
from graphwire_encryption.exceptions import NotEncryptedError

encryption = Encryption()
PREFIX = "sealed:"


class Vault:
    """Stands for whatever encrypts in your organisation."""

    async def seal(self, data: bytes, tenant: str) -> bytes:
        return tenant.encode() + b"|" + data[::-1]

    async def open(self, data: bytes, tenant: str) -> bytes:
        owner, _, sealed = data.partition(b"|")
        if owner.decode() != tenant:
            raise PermissionError("not this tenant's")
        return sealed[::-1]


vault = Vault()


@encryption.encrypt.blob
async def encrypt_blob(ctx: EncryptionContext, blob: bytes) -> bytes:
    return await vault.seal(blob, ctx.metadata["tenant_id"])


@encryption.decrypt.blob
async def decrypt_blob(ctx: EncryptionContext, blob: bytes) -> bytes | DecryptResult[bytes]:
    return await vault.open(blob, ctx.metadata["tenant_id"])


@encryption.encrypt.json
async def encrypt_json(ctx: EncryptionContext, data: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for key, value in data.items():  # every key of the data, and no other
        sealed = await vault.seal(repr(value).encode(), ctx.metadata["tenant_id"])
        made[key] = PREFIX + base64.b64encode(sealed).decode()
    return made


@encryption.decrypt.json
async def decrypt_json(ctx: EncryptionContext, data: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for key, value in data.items():
        if not isinstance(value, str) or not value.startswith(PREFIX):
            raise NotEncryptedError(f"{key}: expected ciphertext")
        sealed = base64.b64decode(value.removeprefix(PREFIX))
        text = await vault.open(sealed, ctx.metadata["tenant_id"])
        made[key] = text.decode()
    return made
