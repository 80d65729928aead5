"""Where a ring comes from: the environment, or a file."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphwire_encryption.aesgcm._keys import Key, KeyRing, decode_secret
from graphwire_encryption.exceptions import KeyRingError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["dump_ring", "parse_keys", "read_ring", "ring_from_environment"]

KEYS = "GRAPHWIRE_ENCRYPTION_KEYS"
KEYS_FILE = "GRAPHWIRE_ENCRYPTION_KEYS_FILE"
FORMAT = "graphwire-key-ring/1"


def ring_from_environment(environ: Mapping[str, str] | None = None) -> KeyRing:
    """Read the ring that `GRAPHWIRE_ENCRYPTION_KEYS` holds or `..._KEYS_FILE` points to.

    Raises:
        KeyRingError: Neither is set, both are, or a key cannot be used.
    """
    environ = os.environ if environ is None else environ
    text, file = environ.get(KEYS, "").strip(), environ.get(KEYS_FILE, "").strip()
    if text and file:
        raise KeyRingError(f"{KEYS} and {KEYS_FILE} are both set: expected one of them")
    if file:
        return read_ring(Path(file))
    if not text:
        raise KeyRingError(f"no keys: set {KEYS} or {KEYS_FILE}")
    return KeyRing(parse_keys(text))


def parse_keys(text: str) -> list[Key]:
    """Read `id:base64` or `tenant/id:base64`, separated by commas or white space."""
    return [_parse(item, place) for place, item in enumerate(re.split(r"[,\s]+", text), 1) if item]


def _parse(item: str, place: int) -> Key:
    name, colon, secret = item.partition(":")
    if not colon:
        # The item may be a bare secret, so it is not quoted.
        raise KeyRingError(f"key number {place}: expected id:base64 or tenant/id:base64")
    tenant, slash, key_id = name.rpartition("/")
    return _key(place, key_id, secret, tenant if slash else None)


def _key(place: int, key_id: str, secret: str, tenant: str | None) -> Key:
    # Errors give the place and not the id: whoever swaps the two has the key where the id goes.
    try:
        decoded = decode_secret(secret)
    except KeyRingError as error:
        raise KeyRingError(f"key number {place}: {error}") from None
    return Key(key_id, decoded, tenant)


def read_ring(path: Path) -> KeyRing:
    """Read a ring from a file that `dump_ring` made.

    Raises:
        KeyRingError: The file cannot be read, or is not a ring.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRingError(f"{path}: {type(error).__name__}") from None
    try:
        found = json.loads(text)
    except ValueError:
        raise KeyRingError(f"{path}: expected JSON") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise KeyRingError(f'{path}: expected {{"format": "{FORMAT}", "keys": [...]}}')
    keys = found.get("keys")
    if not isinstance(keys, list):
        raise KeyRingError(f"{path}: keys: expected a list, got {type(keys).__name__}")
    try:
        return KeyRing([_entry(entry, place) for place, entry in enumerate(keys, 1)])
    except KeyRingError as error:
        raise KeyRingError(f"{path}: {error}") from None


def _entry(entry: Any, place: int) -> Key:
    known = {"id", "key", "tenant"}
    if not isinstance(entry, dict) or not {"id", "key"} <= entry.keys() <= known:
        raise KeyRingError(f'key number {place}: expected {{"id", "key"}} and perhaps "tenant"')
    key_id, key, tenant = entry["id"], entry["key"], entry.get("tenant")
    if not (isinstance(key_id, str) and isinstance(key, str)):
        raise KeyRingError(f"key number {place}: id and key: expected strings")
    if tenant is not None and not isinstance(tenant, str):
        raise KeyRingError(f"key number {place}: tenant: expected a string or null")
    return _key(place, key_id, key, tenant)


def dump_ring(ring: KeyRing) -> str:
    """Write a ring, secrets included, as the text of a file."""
    keys = [
        {"id": key.id, "key": key.to_text()} | ({"tenant": key.tenant} if key.tenant else {})
        for key in ring
    ]
    return json.dumps({"format": FORMAT, "keys": keys}, indent=2) + "\n"
