"""Keys made out of a key: HKDF-SHA256 (RFC 5869), one block long."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["KEY_SIZE", "derive"]

KEY_SIZE = 32
"""Bytes of a key, for AES-256."""


def derive(secret: bytes, label: bytes, *, salt: bytes = b"") -> bytes:
    """Derive 32 bytes from a uniformly random secret, for the use that `label` names."""
    extracted = hmac.digest(salt or bytes(hashlib.sha256().digest_size), secret, "sha256")
    return hmac.digest(extracted, label + b"\x01", "sha256")
