"""Ready-made encryption: AES-256-GCM, data keys wrapped by keys that rotate, one set per tenant.

It needs `cryptography`, the extra `aesgcm`, which is imported when the first key is used.
"""

from __future__ import annotations

from graphwire_encryption.aesgcm._aesgcm import AesGcm
from graphwire_encryption.aesgcm._cipher import Cipher, Opened
from graphwire_encryption.aesgcm._envelope import Envelope, Purpose
from graphwire_encryption.aesgcm._fields import FieldPolicy
from graphwire_encryption.aesgcm._keys import Key, KeyRing
from graphwire_encryption.aesgcm._limits import Limits
from graphwire_encryption.aesgcm._provider import KeyProvider, LocalKeys

__all__ = [
    "AesGcm",
    "Cipher",
    "Envelope",
    "FieldPolicy",
    "Key",
    "KeyProvider",
    "KeyRing",
    "Limits",
    "LocalKeys",
    "Opened",
    "Purpose",
]
