"""JSON objects, value by value: keys stay, values become text that holds an envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import from_json, to_json

from graphwire_encryption._result import DecryptResult
from graphwire_encryption.aesgcm._envelope import PREFIX, Purpose, from_text, to_text
from graphwire_encryption.aesgcm._fields import SERVER_KEYS
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    DecryptionError,
    EncryptionError,
    NotEncryptedError,
)

if TYPE_CHECKING:
    from graphwire_encryption._context import EncryptionContext
    from graphwire_encryption.aesgcm._cipher import Cipher
    from graphwire_encryption.aesgcm._fields import FieldPolicy

__all__ = ["decrypt_object", "encrypt_object"]

MARKER = "__encryption_context__"
"""Says that an object inside is encrypted by itself; the server asks for it separately."""


async def encrypt_object(
    cipher: Cipher, fields: FieldPolicy, ctx: EncryptionContext, data: dict[str, Any]
) -> dict[str, Any]:
    """Encrypt the values that the policy does not leave readable; null stays null.

    Raises:
        AlreadyEncryptedError: A value is an envelope already.
        EncryptionError: A value cannot be written as JSON, or there is no key.
    """
    writer = await cipher.writer(Purpose.JSON, ctx.metadata)
    made: dict[str, Any] = {}
    for key, value in data.items():
        # Stored as it is, an envelope that came from a caller would be opened for them later.
        if _is_sealed(value):
            raise AlreadyEncryptedError(f"{_place(ctx, key)}: the value is encrypted already")
        if value is None or key in SERVER_KEYS or fields.stays_readable(key, ctx.model, ctx.field):
            made[key] = value
        else:
            made[key] = to_text(writer.seal(_to_json(value, _place(ctx, key))))
    return made


async def decrypt_object(
    cipher: Cipher, fields: FieldPolicy, ctx: EncryptionContext, data: dict[str, Any]
) -> DecryptResult[dict[str, Any]]:
    """Decrypt every value that is an envelope; all of them, or none.

    The replacement holds the same object with what is stale encrypted anew.

    Raises:
        NotEncryptedError: A value is plaintext and its key may not be.
        EncryptionError: A value cannot be decrypted.
    """
    plain: dict[str, Any] = {}
    stale: dict[str, bytes] = {}
    for key, value in data.items():
        if key not in SERVER_KEYS and _is_sealed(value):
            opened = await _open(cipher, ctx, key, value)
            plain[key] = _from_json(opened.plaintext, _place(ctx, key))
            if opened.stale:
                stale[key] = opened.plaintext
        elif _is_plain(fields, ctx, key, value):
            plain[key] = value
        elif fields.plaintext == "accept":
            plain[key] = value
            stale[key] = _to_json(value, _place(ctx, key))
        else:
            raise NotEncryptedError(f"{_place(ctx, key)}: expected ciphertext, got plaintext")
    return DecryptResult(plain, await _anew(cipher, ctx, data, stale))


async def _open(cipher: Cipher, ctx: EncryptionContext, key: str, value: str) -> Any:
    try:
        return await cipher.open(from_text(value), Purpose.JSON, ctx.metadata)
    except EncryptionError as error:
        error.add_note(f"at {_place(ctx, key)}")
        raise


async def _anew(
    cipher: Cipher, ctx: EncryptionContext, data: dict[str, Any], stale: dict[str, bytes]
) -> dict[str, Any] | None:
    if not stale:
        return None
    try:
        writer = await cipher.writer(Purpose.JSON, ctx.metadata)
    except EncryptionError:  # what was read is whole; storage stays as it is until a key is back
        return None
    return data | {key: to_text(writer.seal(value)) for key, value in stale.items()}


def _is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(PREFIX)


def _is_plain(fields: FieldPolicy, ctx: EncryptionContext, key: str, value: object) -> bool:
    if value is None or (isinstance(value, dict) and MARKER in value):
        return True
    return fields.may_be_plain(key, ctx.model, ctx.field)


def _place(ctx: EncryptionContext, key: str) -> str:
    return f"{ctx.model or 'data'}.{ctx.field or 'value'}[{key!r:.60}]"


def _to_json(value: object, place: str) -> bytes:
    try:
        return to_json(value)
    except Exception as error:  # noqa: BLE001  # an object's own code may run
        got = f"{type(value).__name__} ({type(error).__name__})"
    raise EncryptionError(f"{place}: expected what JSON can hold, got {got}")


def _from_json(data: bytes, place: str) -> Any:
    try:
        return from_json(data)
    except ValueError:
        pass
    raise DecryptionError(f"{place}: what was encrypted is not JSON")
