"""The one place that meets `cryptography`, imported when the first key is used."""

from __future__ import annotations

from typing import Protocol

from graphwire_encryption.exceptions import MissingPackageError

__all__ = ["NONCE_SIZE", "TAG_SIZE", "Aead", "InvalidTag", "aes_gcm"]

NONCE_SIZE = 12
TAG_SIZE = 16


class Aead(Protocol):
    """Authenticated encryption under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the ciphertext with its tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Return the plaintext, or raise `InvalidTag` and give back nothing."""


class InvalidTag(Exception):
    """The data is not what was encrypted under this key, nonce and associated data."""


class _AesGcm:
    """AES-GCM of `cryptography`, with an error of our own."""

    def __init__(self, key: bytes) -> None:
        try:
            from cryptography.exceptions import InvalidTag as Invalid  # noqa: PLC0415  # an extra
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
        except ImportError as error:
            raise MissingPackageError(
                "AES-GCM needs cryptography: pip install 'graphwire-encryption[aesgcm]'"
            ) from error
        self._invalid = Invalid
        cipher = AESGCM(key)
        self.encrypt = cipher.encrypt
        self._decrypt = cipher.decrypt

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        try:
            return self._decrypt(nonce, data, associated_data)
        except self._invalid:
            raise InvalidTag from None

    def __repr__(self) -> str:
        return "AesGcm()"


def aes_gcm(key: bytes) -> Aead:
    """Make AES-256-GCM with a key of 32 bytes."""
    return _AesGcm(key)
