"""The types that handlers are written with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from graphwire_encryption._context import EncryptionContext
from graphwire_encryption._result import DecryptResult

__all__ = [
    "BlobDecryptor",
    "BlobEncryptor",
    "ContextHandler",
    "DecryptResult",
    "EncryptionContext",
    "Json",
    "JsonDecryptor",
    "JsonEncryptor",
]

Json: TypeAlias = dict[str, Any]
"""One JSON object."""

BlobEncryptor: TypeAlias = Callable[[EncryptionContext, bytes], Awaitable[bytes]]
"""Encrypts opaque bytes, such as a checkpoint."""

BlobDecryptor: TypeAlias = Callable[
    [EncryptionContext, bytes], Awaitable[bytes | DecryptResult[bytes]]
]
"""Decrypts what a `BlobEncryptor` made."""

JsonEncryptor: TypeAlias = Callable[[EncryptionContext, Json], Awaitable[Json]]
"""Encrypts the values of a JSON object; its keys stay as they are."""

JsonDecryptor: TypeAlias = Callable[
    [EncryptionContext, Json], Awaitable[Json | DecryptResult[Json]]
]
"""Decrypts what a `JsonEncryptor` made."""

ContextHandler: TypeAlias = Callable[[Any, EncryptionContext], Awaitable[Json]]
"""Derives the context's metadata from the authenticated user, once per request."""
