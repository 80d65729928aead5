"""Keys, rings, and where they come from. No message shows a secret."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwire_encryption.aesgcm import Key, KeyRing, LocalKeys
from graphwire_encryption.aesgcm._sources import (
    dump_ring,
    parse_keys,
    read_ring,
    ring_from_environment,
)
from graphwire_encryption.exceptions import KeyRingError, UnknownKeyError

ONE, TWO, THREE = (bytes([n]) + bytes(range(31)) for n in (1, 2, 3))


def text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def assert_hidden(secret: str, shown: str) -> None:
    for start in range(len(secret) - 7):
        assert secret[start : start + 8] not in shown


def test_a_key_shows_its_id_and_not_its_secret() -> None:
    key = Key("k1", ONE, "acme")
    assert repr(key) == "Key(id='k1', tenant='acme')"
    assert repr(KeyRing([key])) == "KeyRing(k1)"
    assert repr(LocalKeys(KeyRing([key]))) == "LocalKeys(KeyRing(k1))"


def test_generated_keys_differ() -> None:
    assert Key.generate("a").secret != Key.generate("a").secret


@pytest.mark.parametrize("size", [0, 1, 16, 24, 31, 33, 64])
def test_a_short_or_long_key_is_refused(size: int) -> None:
    with pytest.raises(KeyRingError, match=f"key 'k1': expected 32 bytes, got {size} bytes"):
        Key("k1", os.urandom(size))


@pytest.mark.parametrize("wrong", ["", "a b", "x" * 33, "ключ", "a/b", "a:b", None, 7])
def test_an_id_that_cannot_be_used_is_refused_and_not_quoted(wrong: Any) -> None:
    with pytest.raises(KeyRingError, match="key id: expected 1 to 32 characters"):
        Key(wrong, ONE)


@pytest.mark.parametrize("secret", [bytes(32), b"x" * 32])
def test_a_placeholder_is_refused(secret: bytes) -> None:
    with pytest.raises(KeyRingError, match="expected random bytes"):
        Key("k1", secret)


@given(st.binary(min_size=32, max_size=32).filter(lambda b: len(set(b)) > 1))
def test_any_spelling_of_base64_is_read(secret: bytes) -> None:
    for spelled in (
        text(secret),
        text(secret).rstrip("="),
        base64.urlsafe_b64encode(secret).decode(),
    ):
        assert Key.from_text("k1", f" {spelled}\n").secret == secret
    assert Key.from_text("k1", Key("k1", secret).to_text()).secret == secret


@pytest.mark.parametrize(
    "wrong", ["", "kein~Schluessel~", text(ONE)[:40], "ab" * 32, text(ONE) + "AAAA"]
)
def test_a_malformed_key_is_refused_without_being_quoted(wrong: str) -> None:
    for read in (
        lambda: Key.from_text("k1", wrong),
        lambda: parse_keys(f"k0:{text(TWO)},k1:{wrong}"),
    ):
        with pytest.raises(KeyRingError, match="expected 32 bytes in base64, got") as caught:
            read()
        assert_hidden(wrong, str(caught.value))


@pytest.mark.parametrize("order", ["{secret}:k1", "{secret}", "{slashed}:k1", "k1={secret}"])
def test_a_key_in_the_wrong_place_is_not_quoted(order: str) -> None:
    secret, slashed = text(ONE), "abcdefghijkl/mnopqrstuvwx/yzABCDEFGHIJKLMNOP"
    with pytest.raises(KeyRingError, match="key number 1: ") as caught:
        parse_keys(order.format(secret=secret, slashed=slashed))
    assert_hidden(secret, str(caught.value))
    assert_hidden(slashed, str(caught.value))


def test_the_environment_holds_keys_or_names_a_file(tmp_path: Path) -> None:
    ring = KeyRing([Key("k2", TWO), Key("k1", ONE), Key("a1", THREE, "acme")])
    listed = f" k2:{text(TWO)}, k1:{text(ONE)}\nacme/a1:{text(THREE)} "
    assert list(ring_from_environment({"GRAPHWIRE_ENCRYPTION_KEYS": listed})) == list(ring)
    path = tmp_path / "ring.json"
    path.write_text(dump_ring(ring))
    assert list(ring_from_environment({"GRAPHWIRE_ENCRYPTION_KEYS_FILE": str(path)})) == list(ring)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "no keys: set GRAPHWIRE_ENCRYPTION_KEYS or GRAPHWIRE_ENCRYPTION_KEYS_FILE"),
        ({"GRAPHWIRE_ENCRYPTION_KEYS": "  "}, "no keys"),
        ({"GRAPHWIRE_ENCRYPTION_KEYS": ", ,"}, "expected at least one, got none"),
        (
            {"GRAPHWIRE_ENCRYPTION_KEYS": "a:b", "GRAPHWIRE_ENCRYPTION_KEYS_FILE": "c"},
            "are both set",
        ),
        ({"GRAPHWIRE_ENCRYPTION_KEYS_FILE": "missing.json"}, r"missing\.json: FileNotFoundError"),
    ],
)
def test_a_missing_or_ambiguous_setting_is_refused(environ: dict[str, str], message: str) -> None:
    with pytest.raises(KeyRingError, match=message):
        ring_from_environment(environ)


SECRET = text(ONE)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        f"k1:{SECRET}",
        json.dumps({"format": "other", "keys": []}),
        json.dumps({"format": "graphwire-key-ring/1", "keys": {}}),
        json.dumps({"format": "graphwire-key-ring/1", "keys": []}),
        json.dumps({"format": "graphwire-key-ring/1", "keys": [SECRET]}),
        json.dumps({"format": "graphwire-key-ring/1", "keys": [{"id": SECRET, "key": "k1"}]}),
        json.dumps(
            {"format": "graphwire-key-ring/1", "keys": [{"id": "k1", "key": SECRET + "AAAA"}]}
        ),
        json.dumps(
            {"format": "graphwire-key-ring/1", "keys": [{"id": "k1", "key": SECRET, "x": 1}]}
        ),
        json.dumps(
            {"format": "graphwire-key-ring/1", "keys": [{"id": "k1", "key": SECRET, "tenant": 1}]}
        ),
        json.dumps({"format": "graphwire-key-ring/1", "keys": [{"id": 1, "key": SECRET}]}),
    ],
)
def test_a_file_that_is_no_ring_is_refused_without_being_quoted(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "ring.json"
    path.write_text(content)
    with pytest.raises(KeyRingError, match=r"ring\.json: ") as caught:
        read_ring(path)
    assert_hidden(SECRET, str(caught.value))
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyRingError, match="UnicodeDecodeError"):
        read_ring(path)


def test_ids_and_secrets_are_unique_in_a_ring() -> None:
    with pytest.raises(KeyRingError, match="two keys of this id"):
        KeyRing([Key("k1", ONE), Key("k1", TWO, "acme")])
    with pytest.raises(KeyRingError, match="key 'k2': the same secret as key 'k1'"):
        KeyRing([Key("k1", ONE), Key("k2", ONE)])


def test_the_first_key_of_a_tenant_is_active_and_a_shared_one_stands_in() -> None:
    ring = KeyRing([Key("a1", ONE, "acme"), Key("k2", TWO), Key("k1", THREE)])
    assert ring.active("acme").id == "a1"
    assert ring.active("other").id == ring.active(None).id == "k2"
    assert [ring.is_active(key) for key in ring] == [True, True, False]
    assert ring.find("k1", "acme").id == "k1"


def test_a_key_of_a_tenant_is_for_nobody_else() -> None:
    ring = KeyRing([Key("a1", ONE, "acme")])
    with pytest.raises(UnknownKeyError, match="belongs to another tenant"):
        ring.find("a1", "other")
    with pytest.raises(UnknownKeyError, match="no key for tenant 'other'"):
        ring.active("other")
    with pytest.raises(UnknownKeyError, match="no key for data without a tenant"):
        ring.active(None)
    with pytest.raises(UnknownKeyError, match="key 'zz' is not in the ring"):
        ring.find("zz", "acme")


def test_a_ring_rotates_and_gives_up_only_what_is_no_longer_active() -> None:
    ring = KeyRing([Key("k1", ONE)])
    rotated = ring.with_key(Key("k2", TWO))
    assert rotated.active(None).id == "k2"
    assert ring.active(None).id == "k1"
    with pytest.raises(KeyRingError, match="key 'k2' is active"):
        rotated.without("k2")
    assert [key.id for key in rotated.without("k1")] == ["k2"]
    with pytest.raises(UnknownKeyError):
        rotated.without("k9")
