"""What a decryptor may return instead of the bare plaintext."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

__all__ = ["DecryptResult"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DecryptResult(Generic[T]):
    """Plaintext, and ciphertext that the server stores in place of what it read.

    Its repr shows neither.
    """

    plaintext: T = field(repr=False)
    """What the caller gets."""
    replacement: T | None = field(default=None, repr=False)
    """The same data encrypted anew, after a change of keys; `None` leaves storage alone."""
