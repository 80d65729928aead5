"""Keys and values are kept for a while only, and only so many."""

from typing import Any

import pytest
from tests.encryption.aesgcm.providers import Provider

from graphwire_encryption.aesgcm import Cipher, Envelope, Limits, Purpose
from graphwire_encryption.aesgcm._cache import BoundedCache
from graphwire_encryption.exceptions import ConfigurationError, KeyProviderError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_cache_forgets_what_is_too_old() -> None:
    clock = Clock()
    cache: BoundedCache[str] = BoundedCache(10, 5, clock=clock)
    cache.put("a", "kept")
    clock.now = 4.9
    assert cache.get("a") == "kept"
    clock.now = 5
    assert cache.get("a") is None
    assert len(cache) == 0


def test_a_full_cache_forgets_what_is_too_old_and_then_the_oldest() -> None:
    clock = Clock()
    cache: BoundedCache[int] = BoundedCache(3, 5, clock=clock)
    for number in range(3):
        cache.put(number, number)
        clock.now += 1
    cache.put(3, 3)
    assert [cache.get(n) for n in range(4)] == [None, 1, 2, 3]
    clock.now = 6.5
    cache.put(4, 4)
    assert len(cache) == 3
    clock.now = 7.5
    cache.put(5, 5)
    assert [cache.get(n) for n in range(6)] == [None, None, None, 3, 4, 5]
    assert repr(cache) == "BoundedCache(3 of 3, 5 s)"


def test_a_cache_of_no_size_keeps_nothing() -> None:
    cache: BoundedCache[int] = BoundedCache(0, 5)
    cache.put("a", 1)
    assert cache.get("a") is None


def test_putting_again_renews_and_dropping_forgets() -> None:
    clock = Clock()
    cache: BoundedCache[int] = BoundedCache(2, 5, clock=clock)
    cache.put("a", 1)
    clock.now = 3
    cache.put("a", 2)
    clock.now = 7
    assert cache.get("a") == 2
    cache.drop("a")
    cache.drop("a")
    assert cache.get("a") is None


async def seal(cipher: Cipher, tenant: str = "acme") -> bytes:
    return await cipher.seal(b"data", Purpose.BLOB, {"tenant_id": tenant})


async def read(cipher: Cipher, envelope: bytes, tenant: str = "acme") -> bytes:
    return (await cipher.open(envelope, Purpose.BLOB, {"tenant_id": tenant})).plaintext


async def test_a_data_key_writes_for_its_age_and_for_its_messages() -> None:
    clock = Clock()
    limits = Limits(write_age=60, write_messages=3)
    cipher = Cipher(Provider(), limits=limits, clock=clock)
    wrapped = [Envelope.parse(await seal(cipher)).wrapped for _ in range(7)]
    assert [wrapped.index(w) for w in wrapped] == [0, 0, 0, 3, 3, 3, 6]
    clock.now = 60
    assert Envelope.parse(await seal(cipher)).wrapped not in wrapped


async def test_a_writer_that_is_kept_counts_every_message() -> None:
    cipher = Cipher(Provider(), limits=Limits(write_messages=5))
    writer = await cipher.writer(Purpose.JSON, {})
    first = {Envelope.parse(writer.seal(b"x")).wrapped for _ in range(5)}
    again = await cipher.writer(Purpose.JSON, {})
    assert Envelope.parse(again.seal(b"x")).wrapped not in first


async def test_an_unwrapped_key_is_kept_for_its_age() -> None:
    clock, provider = Clock(), Provider()
    cipher = Cipher(provider, limits=Limits(key_age=30, write_age=1000), clock=clock)
    envelope = await seal(cipher)
    for now, calls in [(0, 1), (29, 1), (30, 2), (59, 2), (61, 3)]:
        clock.now = now
        assert await read(cipher, envelope) == b"data"
        assert provider.unwraps == calls


async def test_no_more_keys_are_kept_than_allowed() -> None:
    provider = Provider()
    cipher = Cipher(provider, limits=Limits(keys=8))
    made = {f"t{n}": await seal(cipher, f"t{n}") for n in range(50)}
    for tenant, envelope in made.items():
        assert await read(cipher, envelope, tenant) == b"data"
    assert len(cipher.keys._reading) <= 8
    assert len(cipher.keys._writing) <= 8
    assert provider.unwraps == 50 + 50


async def test_values_are_kept_only_when_asked_for_and_only_for_the_same_context() -> None:
    clock = Clock()
    off = Cipher(Provider(), clock=clock)
    await read(off, await seal(off))
    assert len(off._values) == 0
    cipher = Cipher(Provider(), limits=Limits(values=2, value_age=5), clock=clock)
    envelopes = [await seal(cipher) for _ in range(5)]
    for envelope in envelopes:
        assert await read(cipher, envelope) == b"data"
    assert len(cipher._values) == 2
    with pytest.raises(KeyProviderError):
        await read(cipher, envelopes[-1], "other")
    clock.now = 5
    assert await read(cipher, envelopes[-1]) == b"data"


@pytest.mark.parametrize(
    "wrong",
    [
        {"write_age": 0},
        {"key_age": -1},
        {"write_messages": 0},
        {"write_messages": 2**32 + 1},
        {"keys": 0},
        {"values": -1},
        {"provider_timeout": float("inf")},
        {"provider_timeout": "10"},
        {"value_age": float("nan")},
        {"keys": True},
    ],
)
def test_a_limit_out_of_its_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{next(iter(wrong))}: expected a number above"):
        Limits(**wrong)
