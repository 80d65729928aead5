"""What can be said about encrypted data without showing it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from graphwire_encryption.aesgcm import Cipher, Envelope, LocalKeys
from graphwire_encryption.aesgcm._envelope import PREFIX, from_text, is_envelope
from graphwire_encryption.aesgcm._sources import read_ring, ring_from_environment
from graphwire_encryption.exceptions import ConfigurationError, EncryptionError, NotEncryptedError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["inspect_file"]

TEXT = re.compile(rf"{PREFIX}[A-Za-z0-9_-]*")


def inspect_file(options: argparse.Namespace) -> list[str]:
    """Describe every envelope in `options.file`; open them, if a context is given.

    Raises:
        EncryptionError: There is none, one is damaged, or one does not open.
    """
    reader = _reader(options)
    context = _context(options.context)
    lines = []
    for place, envelope in _envelopes(options.file):
        try:
            lines.append(f"{place}: {_describe(envelope, reader, context)}")
        except EncryptionError as error:
            raise type(error)(f"{place}: {error}") from None
    if not lines:
        raise NotEncryptedError(f"{options.file}: nothing in it is encrypted by this package")
    return lines


def _describe(data: bytes, reader: Cipher | None, context: dict[str, Any] | None) -> str:
    envelope = Envelope.parse(data)
    bound = ", ".join(envelope.bound) or "nothing"
    shown = (
        f"{envelope.purpose.name.lower()}, key {envelope.key_id}, bound to {bound}, "
        f"{len(envelope.body)} bytes"
    )
    if reader is None or context is None:
        return shown
    opened = reader.open_now(data, envelope.purpose, context)
    age = "; a newer key is there" if opened.stale else ""
    return f"{shown}: opens, {len(opened.plaintext)} bytes of plaintext{age}"


def _envelopes(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or type(error).__name__}") from None
    if is_envelope(data):
        yield str(path), data
        return
    text = data.decode("utf-8", errors="replace")
    for number, found in enumerate(TEXT.finditer(text), 1):
        try:
            yield f"{path}[{number}]", from_text(found.group())
        except EncryptionError as error:
            raise type(error)(f"{path}[{number}]: {error}") from None


def _reader(options: argparse.Namespace) -> Cipher | None:
    if options.context is None:
        return None
    ring = read_ring(options.ring) if options.ring else ring_from_environment()
    return Cipher(LocalKeys(ring))


def _context(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigurationError('--context: expected a JSON object, such as {"tenant_id": "acme"}')
    return found
