"""Graphwire on the server: how a LangGraph deployment encrypts what it stores.

`Encryption` is the object that a deployment names; `graphwire_encryption.aesgcm` is a ready-made
set of handlers. Importing this package imports no LangGraph, no HTTP client, no cryptography.
"""

from __future__ import annotations

from graphwire_encryption import exceptions, types
from graphwire_encryption._context import EncryptionContext
from graphwire_encryption._encryption import Encryption
from graphwire_encryption._result import DecryptResult
from graphwire_encryption.exceptions import DuplicateHandlerError, EncryptionError

__all__ = [
    "DecryptResult",
    "DuplicateHandlerError",
    "Encryption",
    "EncryptionContext",
    "EncryptionError",
    "exceptions",
    "types",
]
