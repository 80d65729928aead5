"""Vectors made with another implementation: `reference.py`, itself held by published ones."""

import hashlib
from typing import Any

import pytest
from tests.encryption.aesgcm import reference

from graphwire_encryption.aesgcm import Cipher, Key, KeyRing, LocalKeys, Purpose
from graphwire_encryption.aesgcm._derivation import derive

PUBLISHED_KEY = "feffe9928665731c6d6a8f9467308308" * 2
PUBLISHED_TEXT = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
)
PUBLISHED_CIPHERTEXT = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
)
PUBLISHED = [
    ("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    (
        "00" * 32,
        "00" * 12,
        "00" * 16,
        "",
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    ),
    (
        PUBLISHED_KEY,
        "cafebabefacedbaddecaf888",
        PUBLISHED_TEXT,
        "",
        PUBLISHED_CIPHERTEXT + "b094dac5d93471bdec1a502270e3cc6c",
    ),
    (
        PUBLISHED_KEY,
        "cafebabefacedbaddecaf888",
        PUBLISHED_TEXT[:120],
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        PUBLISHED_CIPHERTEXT[:120] + "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]
"""Test cases 13 to 16 of the GCM specification that was submitted to NIST (AES-256)."""

MASTER = bytes(range(32))
DATA_KEY = bytes(range(100, 132))
CONTEXT: dict[str, Any] = {"tenant_id": "acme", "region": "eu", "request": 7}


@pytest.mark.parametrize(("key", "nonce", "text", "associated", "expected"), PUBLISHED)
def test_the_reference_computes_the_published_vectors(
    key: str, nonce: str, text: str, associated: str, expected: str
) -> None:
    given = [bytes.fromhex(part) for part in (key, nonce, text, associated)]
    assert reference.gcm_encrypt(*given).hex() == expected


def test_derivation_computes_the_published_vector() -> None:
    """RFC 5869, test case 3 (SHA-256, neither salt nor info), its first 32 bytes."""
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
    assert derive(b"\x0b" * 22, b"").hex() == expected
    assert reference.hkdf(b"\x0b" * 22, b"").hex() == expected


def written_elsewhere(plaintext: bytes, **changes: Any) -> bytes:
    given: dict[str, Any] = {
        "purpose": 1,
        "key_id": "k1",
        "master": MASTER,
        "data_key": DATA_KEY,
        "wrap_nonce": b"wrap-nonce-1",
        "nonce": b"value-nonce1",
        "tenant": "acme",
        "bound": {"tenant_id": "acme"},
    }
    return reference.seal(plaintext, **given | changes)


def cipher(**options: Any) -> Cipher:
    return Cipher(LocalKeys(KeyRing([Key("k1", MASTER)])), **options)


@pytest.mark.parametrize("plaintext", [b"", b"x", b"sixteen bytes!!!", "Grüße".encode() * 9])
async def test_envelopes_written_by_the_reference_open_here(plaintext: bytes) -> None:
    opened = await cipher().open(written_elsewhere(plaintext), Purpose.BLOB, CONTEXT)
    assert opened.plaintext == plaintext
    assert not opened.stale


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("tenant", ["acme", "müller & söhne", None])
@pytest.mark.parametrize("bind", [None, ["region", "tenant_id"], []])
async def test_envelopes_written_here_open_in_the_reference(
    purpose: Purpose, tenant: str | None, bind: list[str] | None
) -> None:
    context = {**CONTEXT, "tenant_id": tenant}
    made = await cipher(bind=bind).seal(b"plaintext", purpose, context)
    found = reference.unseal(made, master=MASTER, tenant=tenant, context=context)
    assert found == b"plaintext"


def test_the_format_never_changes_by_accident() -> None:
    """One envelope, byte for byte, as version 1 of the format was when it was released."""
    made = written_elsewhere(b"known plaintext")
    assert made[:24] == b"GWE\x01\x01\x02k1\x09tenant_id" + made[18:24]
    assert hashlib.sha256(made).hexdigest() == (
        "8ff4fecbbff8deace6e04491abb5a267f8d683d092488a2f9d950c7663f1258c"
    )


async def test_a_tenants_wrapping_key_is_its_own() -> None:
    keys = {reference.wrapping_key(MASTER, tenant) for tenant in ("a", "b", "", None)}
    assert len(keys) == 4
