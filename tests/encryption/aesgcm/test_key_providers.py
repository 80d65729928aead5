"""Key providers: seldom called, bounded in time, and never believed without a check."""

import asyncio
from typing import Any

import pytest
from tests.encryption.aesgcm.providers import SECRET_TEXT, BrokenUnwrap, BrokenWrap, Provider

from graphwire_encryption import EncryptionContext
from graphwire_encryption.aesgcm import AesGcm, Limits
from graphwire_encryption.exceptions import DecryptionError, EncryptionError, KeyProviderError

CTX = EncryptionContext(model="thread", field="metadata", metadata={"tenant_id": "acme"})
QUICK = Limits(provider_timeout=0.05)


async def test_a_provider_is_asked_once_for_many_values() -> None:
    provider = Provider()
    ready = AesGcm(provider)
    made = [await ready.encrypt_json(CTX, {"a": n, "b": n}) for n in range(20)]
    assert [(await ready.decrypt_json(CTX, m)).plaintext for m in made] == [
        {"a": n, "b": n} for n in range(20)
    ]
    assert (provider.wraps, provider.unwraps) == (1, 1)


async def test_those_who_ask_at_the_same_time_share_one_call() -> None:
    provider = Provider()
    writer, reader = AesGcm(provider), AesGcm(provider)
    made = await asyncio.gather(*(writer.encrypt_blob(CTX, b"data") for _ in range(50)))
    await asyncio.gather(*(reader.decrypt_blob(CTX, m) for m in made))
    assert (provider.wraps, provider.unwraps) == (1, 2)


async def test_whoever_is_cancelled_leaves_the_others_their_key() -> None:
    ready = AesGcm(Provider())
    first = asyncio.create_task(ready.encrypt_blob(CTX, b"one"))
    second = asyncio.create_task(ready.encrypt_blob(CTX, b"two"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await ready.decrypt_blob(CTX, await second)).plaintext == b"two"
    with pytest.raises(asyncio.CancelledError):
        await first


@pytest.mark.parametrize("instead", [b"", b"x" * 65_536, "text", None, bytearray(b"x")])
async def test_a_wrap_that_is_no_wrapped_key_writes_nothing(instead: Any) -> None:
    with pytest.raises(KeyProviderError, match=r"wrap with key 'remote-1': expected 1 to 65535"):
        await AesGcm(BrokenWrap(instead)).encrypt_json(CTX, {"a": 1})


async def test_a_wrap_that_holds_the_data_key_in_clear_writes_nothing() -> None:
    with pytest.raises(KeyProviderError, match="gave back the data key in clear"):
        await AesGcm(BrokenWrap("in clear")).encrypt_blob(CTX, b"data")


@pytest.mark.parametrize("operation", ["wrap", "unwrap"])
async def test_a_call_that_hangs_ends(operation: str) -> None:
    provider: Provider = BrokenWrap("hang")
    if operation == "unwrap":
        provider = BrokenUnwrap()
        provider.instead = "hang"
    with pytest.raises(KeyProviderError, match=rf"{operation} with key .* longer than 0\.05 s"):
        await AesGcm(provider, limits=QUICK).encrypt_blob(CTX, b"data")


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET_TEXT), TimeoutError(SECRET_TEXT), KeyError(SECRET_TEXT)]
)
async def test_a_call_that_fails_says_so_without_quoting_the_provider(error: Exception) -> None:
    with pytest.raises(KeyProviderError) as caught:
        await AesGcm(BrokenWrap(error)).encrypt_blob(CTX, b"data")
    assert str(caught.value).startswith(f"wrap with key 'remote-1' failed: {type(error).__name__}")
    assert SECRET_TEXT not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_a_key_that_does_not_unwrap_again_is_never_written_with() -> None:
    provider = BrokenUnwrap()
    provider.instead = b"k" * 32
    with pytest.raises(KeyProviderError, match="wrap with key 'remote-1': unwrap gives back anoth"):
        await AesGcm(provider).encrypt_blob(CTX, b"data")


@pytest.mark.parametrize(
    ("instead", "message"),
    [
        (b"k" * 32, "gave back another key than the one this was written with"),
        (b"k" * 31, "expected 32 bytes, got 31"),
        ("k" * 32, "expected 32 bytes, got str"),
        (RuntimeError(SECRET_TEXT), "failed: RuntimeError"),
        ("hang", "took longer than 0.05 s"),
    ],
)
async def test_an_unwrap_that_goes_wrong_is_not_remembered(instead: Any, message: str) -> None:
    provider = BrokenUnwrap()
    made = await AesGcm(provider).encrypt_json(CTX, {"a": 1, "b": 2})
    reader = AesGcm(provider, limits=QUICK)
    provider.instead = instead
    with pytest.raises(KeyProviderError, match=message) as caught:
        await reader.decrypt_json(CTX, made)
    assert SECRET_TEXT not in str(caught.value)
    provider.instead = None
    assert (await reader.decrypt_json(CTX, made)).plaintext == {"a": 1, "b": 2}


@pytest.mark.parametrize("key_id", ["", "x" * 256, None, 7])
async def test_an_active_key_without_a_usable_id_writes_nothing(key_id: Any) -> None:
    with pytest.raises(KeyProviderError, match="active: expected an id of 1 to 255 bytes"):
        await AesGcm(Provider(key_id)).encrypt_blob(CTX, b"data")


async def test_a_provider_that_changes_its_active_key_is_followed_at_once() -> None:
    provider = Provider()
    ready = AesGcm(provider)
    old = await ready.encrypt_blob(CTX, b"data")
    provider.key_id = "remote-2"
    result = await ready.decrypt_blob(CTX, old)
    assert result.plaintext == b"data"
    assert result.replacement is not None
    assert b"remote-2" in result.replacement
    assert (await ready.decrypt_blob(CTX, result.replacement)).replacement is None


async def test_without_a_key_to_write_with_reading_goes_on() -> None:
    """A replacement is a favour; what was read is whole without it."""
    provider = BrokenUnwrap()
    ready = AesGcm(provider, limits=QUICK)
    blob = await ready.encrypt_blob(CTX, b"data")
    data = await ready.encrypt_json(CTX, {"a": 1})
    provider.key_id, provider.instead = "remote-2", "hang"
    assert (await ready.decrypt_blob(CTX, blob)).replacement is None
    result = await ready.decrypt_json(CTX, data)
    assert result.plaintext == {"a": 1}
    assert result.replacement is None
    with pytest.raises(KeyProviderError):
        await ready.encrypt_blob(CTX, b"data")


async def test_the_provider_is_told_the_tenant() -> None:
    provider = Provider()
    ready = AesGcm(provider)
    made = await ready.encrypt_blob(CTX, b"data")
    other = EncryptionContext(metadata={"tenant_id": "other"})
    with pytest.raises(KeyProviderError, match="failed: PermissionError"):
        await ready.decrypt_blob(other, made)
    assert {tenant for _, _, tenant in provider.kept.values()} == {"acme"}


async def test_a_provider_without_tenants_of_its_own_still_keeps_them_apart() -> None:
    class Careless(Provider):
        async def unwrap(self, key_id: str, wrapped: bytes, /, *, tenant: str | None) -> Any:
            assert key_id
            assert tenant
            return self.kept[wrapped][1]

    ready = AesGcm(Careless())
    made = await ready.encrypt_blob(CTX, b"data")
    with pytest.raises(DecryptionError, match="its context is not the one"):
        await ready.decrypt_blob(EncryptionContext(metadata={"tenant_id": "other"}), made)


async def test_every_failure_is_an_encryption_error() -> None:
    for provider in (BrokenWrap(Exception("x")), BrokenWrap(7), Provider(None)):  # type: ignore[arg-type]  # wrong on purpose
        with pytest.raises(EncryptionError):
            await AesGcm(provider).encrypt_json(CTX, {})
