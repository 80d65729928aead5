"""The bytes that are stored: a header that describes itself, and the ciphertext.

```
magic     3   "GWE"
version   1   1: AES-256-GCM
purpose   1   1 blob, 2 JSON value, 3 checkpoint, 4 by a client
key id    1 + n   the key that the data key is wrapped with, UTF-8
bound     1 + n   names of the context's entries that are associated data, joined by commas
check     16  tells whether an unwrapped data key is the right one
wrapped   2 + n   the data key, wrapped; lengths are big-endian
nonce     12
body          ciphertext, then the tag of 16 bytes
```

The whole header is associated data. As text it is `gwe1:` and unpadded URL-safe base64.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
from enum import IntEnum

from graphwire_encryption.aesgcm._primitive import NONCE_SIZE, TAG_SIZE
from graphwire_encryption.exceptions import DecryptionError, NotEncryptedError

__all__ = ["PREFIX", "Envelope", "Purpose", "from_text", "header_of", "is_envelope", "to_text"]

MAGIC = b"GWE"
VERSION = 1
CHECK_SIZE = 16
PREFIX = "gwe1:"
"""How an envelope begins that is stored as text."""


class Purpose(IntEnum):
    """Where an envelope belongs; one made for a place is refused at any other."""

    BLOB = 1
    JSON = 2
    CHECKPOINT = 3
    CLIENT = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope taken apart; nothing in it is authenticated yet."""

    purpose: Purpose
    key_id: str
    bound: tuple[str, ...]
    check: bytes = dataclasses.field(repr=False)
    wrapped: bytes = dataclasses.field(repr=False)
    nonce: bytes = dataclasses.field(repr=False)
    header: bytes = dataclasses.field(repr=False)
    """Everything before the body, nonce included."""
    body: bytes = dataclasses.field(repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Envelope:
        """Take an envelope apart.

        Raises:
            NotEncryptedError: It does not begin like an envelope.
            DecryptionError: It is cut, or of a version or purpose that is unknown here.
        """
        if not is_envelope(data):
            raise NotEncryptedError(
                f"expected an envelope of this package, got {len(data)} bytes of something else"
            )
        take = _Reader(data, len(MAGIC))
        if (version := take.number(1)) != VERSION:
            raise DecryptionError(f"envelope version: expected {VERSION}, got {version}")
        purpose = take.purpose()
        key_id, bound = take.text(), take.text()
        check = take.bytes(CHECK_SIZE)
        wrapped = take.bytes(take.number(2))
        nonce = take.bytes(NONCE_SIZE)
        body = data[take.place :]
        if len(body) < TAG_SIZE:
            raise DecryptionError(f"the envelope is cut: {len(data)} bytes are too few")
        names = tuple(bound.split(",")) if bound else ()
        return cls(purpose, key_id, names, check, wrapped, nonce, data[: take.place], body)


class _Reader:
    """Reads a header from left to right."""

    def __init__(self, data: bytes, place: int) -> None:
        self._data = data
        self.place = place

    def bytes(self, size: int) -> bytes:
        end = self.place + size
        if end > len(self._data):
            raise DecryptionError(f"the envelope is cut: {len(self._data)} bytes are too few")
        found = self._data[self.place : end]
        self.place = end
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.bytes(size), "big")

    def text(self) -> str:
        try:
            return self.bytes(self.number(1)).decode()
        except UnicodeDecodeError:
            raise DecryptionError("the envelope's header is not readable: it was altered") from None

    def purpose(self) -> Purpose:
        number = self.number(1)
        try:
            return Purpose(number)
        except ValueError:
            raise DecryptionError(f"envelope purpose: expected 1 to 4, got {number}") from None


def header_of(
    purpose: Purpose, key_id: str, bound: tuple[str, ...], *, check: bytes, wrapped: bytes
) -> bytes:
    """Write the part of a header that all envelopes of one data key share: all but the nonce."""
    name, names = key_id.encode(), ",".join(bound).encode()
    return b"".join(
        (
            MAGIC,
            bytes((VERSION, purpose, len(name))),
            name,
            bytes((len(names),)),
            names,
            check,
            len(wrapped).to_bytes(2, "big"),
            wrapped,
        )
    )


def is_envelope(data: bytes) -> bool:
    """Say whether bytes begin as every envelope does."""
    return data[: len(MAGIC)] == MAGIC


def to_text(envelope: bytes) -> str:
    """Write an envelope as text, for JSON."""
    return PREFIX + base64.urlsafe_b64encode(envelope).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Read an envelope written by `to_text`; of the many spellings of base64 only that one.

    Raises:
        NotEncryptedError: It does not begin as it should.
        DecryptionError: It is not what `to_text` writes.
    """
    if not text.startswith(PREFIX):
        raise NotEncryptedError(f"expected text that begins with {PREFIX!r}")
    encoded = text[len(PREFIX) :]
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise DecryptionError("the envelope is not base64: it was cut or altered") from None
    if to_text(data) != text:
        raise DecryptionError("the envelope is not spelled as it was written: it was altered")
    return data
