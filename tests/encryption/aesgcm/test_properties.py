"""Whatever is done to an envelope, it opens whole or not at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwire_encryption.aesgcm import Cipher, Key, KeyRing, LocalKeys, Purpose
from graphwire_encryption.aesgcm._envelope import Envelope, from_text, to_text
from graphwire_encryption.exceptions import DecryptionError, EncryptionError, NotEncryptedError

PLAINTEXT = b"the plaintext of this envelope"
CONTEXT = {"tenant_id": "acme", "region": "eu"}
KEYS = [Key("k1", bytes(range(32))), Key("k2", bytes(range(1, 33)))]


def cipher(*keys: Key, **options: Any) -> Cipher:
    return Cipher(LocalKeys(KeyRing(keys or KEYS)), **options)


async def seal(data: bytes = PLAINTEXT, *, by: Cipher | None = None, **context: Any) -> bytes:
    return await (by or cipher()).seal(data, Purpose.BLOB, CONTEXT | context)


async def unseal(envelope: bytes, *, by: Cipher | None = None, **context: Any) -> bytes:
    opened = await (by or cipher()).open(envelope, Purpose.BLOB, CONTEXT | context)
    return opened.plaintext


@given(st.binary(max_size=400), st.none() | st.text(min_size=1))
async def test_what_is_sealed_opens(data: bytes, tenant: str | None) -> None:
    by = cipher()
    assert await unseal(await seal(data, by=by, tenant_id=tenant), by=by, tenant_id=tenant) == data
    assert await unseal(await seal(data, tenant_id=tenant), tenant_id=tenant) == data


@pytest.mark.parametrize("warm", [True, False])
async def test_any_flipped_bit_is_refused(*, warm: bool) -> None:
    by = cipher()
    envelope = await seal(by=by)
    for bit in range(8 * len(envelope)):
        altered = bytearray(envelope)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(EncryptionError):
            await unseal(bytes(altered), by=by if warm else None)


async def test_any_cut_and_any_addition_is_refused() -> None:
    envelope = await seal()
    for place in range(len(envelope)):
        for altered in (
            envelope[:place],
            envelope[place + 1 :],
            envelope[:place] + envelope[place + 1 :],
        ):
            with pytest.raises(EncryptionError):
                await unseal(altered)
    for more in (b"\0", b"x", envelope):
        with pytest.raises(EncryptionError):
            await unseal(envelope + more)


@given(st.integers(0, 1000), st.integers(0, 60), st.binary(max_size=60))
async def test_any_part_exchanged_is_refused(start: int, size: int, other: bytes) -> None:
    envelope = await seal()
    start %= len(envelope)
    altered = envelope[:start] + other + envelope[start + size :]
    if altered != envelope:
        with pytest.raises(EncryptionError):
            await unseal(altered)


FIELDS = ["key_id", "bound", "check", "wrapped", "nonce", "body"]


def put_together(parts: dict[str, bytes], purpose: int = 1) -> bytes:
    return b"".join(
        (
            b"GWE\x01",
            bytes([purpose, len(parts["key_id"])]),
            parts["key_id"],
            bytes([len(parts["bound"])]),
            parts["bound"],
            parts["check"],
            len(parts["wrapped"]).to_bytes(2, "big"),
            parts["wrapped"],
            parts["nonce"],
            parts["body"],
        )
    )


def parts(envelope: bytes) -> dict[str, bytes]:
    e = Envelope.parse(envelope)
    names = ",".join(e.bound).encode()
    return dict(
        zip(FIELDS, (e.key_id.encode(), names, e.check, e.wrapped, e.nonce, e.body), strict=True)
    )


@given(
    chosen=st.sets(st.sampled_from(FIELDS), min_size=1, max_size=5),
    same_key=st.booleans(),
)
async def test_parts_of_two_envelopes_do_not_mix(*, chosen: set[str], same_key: bool) -> None:
    """Of the same tenant, and under the same data key as well as under two."""
    by = cipher()
    one = await seal(by=by)
    two = await seal(
        b"another plaintext, same tenant",
        by=by if same_key else cipher(*reversed(KEYS), bind=["region"]),
    )
    mixed = parts(one) | {name: parts(two)[name] for name in chosen}
    assert put_together(parts(one)) == one
    if put_together(mixed) not in (one, two):
        for reader in (by, cipher()):
            with pytest.raises(EncryptionError):
                await unseal(put_together(mixed), by=reader)


@pytest.mark.parametrize("other", ["acme2", "", None, "ACME", 7, True, ["acme"]])
async def test_another_tenant_does_not_open_it(other: Any) -> None:
    by = cipher()
    envelope = await seal(by=by)
    for reader in (by, cipher()):
        with pytest.raises(EncryptionError):
            await unseal(envelope, by=reader, tenant_id=other)


@given(
    st.none() | st.booleans() | st.integers() | st.text(),
    st.none() | st.booleans() | st.integers() | st.text(),
)
async def test_a_bound_entry_has_to_come_back_exactly(written: Any, read: Any) -> None:
    by = cipher(bind=["tenant_id", "region"])
    envelope = await seal(by=by, region=written)
    if type(written) is type(read) and written == read:
        assert await unseal(envelope, by=by, region=read) == PLAINTEXT
    else:
        with pytest.raises(DecryptionError):
            await unseal(envelope, by=by, region=read)


async def test_a_bound_entry_that_was_absent_differs_from_one_that_is_null() -> None:
    by = cipher(bind=["extra"])
    envelope = await seal(by=by)
    assert await unseal(envelope, by=by) == PLAINTEXT
    with pytest.raises(DecryptionError):
        await unseal(envelope, by=by, extra=None)


async def test_entries_that_are_not_bound_may_change() -> None:
    envelope = await seal()
    assert await unseal(envelope, region="us", more={"any": "thing"}) == PLAINTEXT


@pytest.mark.parametrize("purpose", [Purpose.JSON, Purpose.CHECKPOINT])
async def test_an_envelope_for_one_purpose_is_refused_for_another(purpose: Purpose) -> None:
    envelope = await seal()
    with pytest.raises(DecryptionError, match=f"expected an envelope for {purpose.name}, got one"):
        await cipher().open(envelope, purpose, CONTEXT)
    relabelled = put_together(parts(envelope), purpose)
    with pytest.raises(DecryptionError, match="was altered"):
        await cipher().open(relabelled, purpose, CONTEXT)


@given(st.integers(0, 10_000), st.characters(codec="ascii"))
async def test_any_change_of_the_text_is_refused(place: int, character: str) -> None:
    """Base64 has several spellings of the same bytes; only one of them opens."""
    text = to_text(await seal(b"1234567"))
    place %= len(text)
    for altered in (
        text[:place] + character + text[place + 1 :],
        text[:place] + character + text[place:],
        text[:place],
    ):
        if altered != text:
            with pytest.raises(EncryptionError):
                await unseal(from_text(altered))


@given(st.binary())
async def test_bytes_that_are_no_envelope_are_told_apart_from_damaged_ones(data: bytes) -> None:
    with pytest.raises(NotEncryptedError if data[:3] != b"GWE" else DecryptionError):
        await unseal(data)
    with pytest.raises(DecryptionError):
        await unseal(b"GWE" + data)


async def test_nonces_and_data_keys_do_not_repeat() -> None:
    by, other = cipher(), cipher()
    seen = [Envelope.parse(await seal(by=b)) for b in (by, other) for _ in range(2000)]
    assert len({e.nonce for e in seen}) == 4000
    assert len({e.wrapped for e in seen}) == 2
    assert len({e.body for e in seen}) == 4000
