"""The object that the server is given, without a server: what goes in and what may come out."""

import logging
import warnings
from types import SimpleNamespace
from typing import Any

import langgraph_sdk
import pytest

from graphwire_encryption import DecryptResult, Encryption, EncryptionContext
from graphwire_encryption._bridge import server_class
from graphwire_encryption.exceptions import (
    ConfigurationError,
    ContextError,
    DecryptionError,
    HandlerError,
    RegistrationError,
)

SECRET = "plaintext that nobody may see"


def server_context(**metadata: Any) -> Any:
    return langgraph_sdk.EncryptionContext(model="thread", field="metadata", metadata=metadata)


async def forgets(ctx: Any, data: Any) -> Any: ...


def encryption(result: Any = None, *, fails: Exception | None = None) -> Encryption:
    made = Encryption()

    async def handler(ctx: EncryptionContext, data: Any) -> Any:
        if fails:
            raise fails
        return data if result is None else result

    made.encrypt.blob(handler)
    made.decrypt.blob(handler)
    made.encrypt.json(handler)
    made.decrypt.json(handler)
    return made


def test_the_derived_class_is_the_servers_and_publishes_every_handler() -> None:
    made: Any = server_class(Encryption)()
    assert isinstance(made, langgraph_sdk.Encryption)
    assert isinstance(made, Encryption)
    assert type(made).__name__ == "Encryption"
    assert server_class(type(made)) is type(made)
    assert made._json_encryptor is None

    async def handler(ctx: Any, data: Any) -> Any:
        return data

    made.encrypt.json(handler)
    made.decrypt.json(handler)
    assert made.get_json_encryptor("thread") is made._json_encryptor is not None
    assert made.get_json_decryptor("thread") is made._json_decryptor is not None
    assert made._blob_encryptor is None


def test_the_explicit_object_is_the_servers_own_and_takes_no_more_handlers() -> None:
    ours = encryption()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = ours.to_langgraph()
    assert type(made) is langgraph_sdk.Encryption
    with pytest.raises(RegistrationError, match="too late: to_langgraph"):
        ours.context(forgets)


def test_an_encryption_without_handlers_or_with_half_a_pair_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no handler"):
        Encryption().to_langgraph()
    half = Encryption()

    async def handler(ctx: Any, data: bytes) -> bytes:
        return data

    half.encrypt.blob(handler)
    with pytest.raises(ConfigurationError, match=r"no decrypt\.blob handler"):
        half.to_langgraph()


async def test_an_encryptor_without_a_decryptor_never_writes() -> None:
    made: Any = server_class(Encryption)()

    async def handler(ctx: Any, data: Any) -> Any:
        return data

    made.encrypt.json(handler)
    with pytest.raises(ConfigurationError, match=r"decrypt\.json has none"):
        await made._json_encryptor(server_context(), {"a": 1})


async def test_handlers_get_our_context_and_cannot_change_it() -> None:
    seen: list[EncryptionContext] = []
    made = Encryption()

    async def handler(ctx: EncryptionContext, data: bytes) -> bytes:
        seen.append(ctx)
        return data

    made.encrypt.blob(handler)
    made.decrypt.blob(handler)
    assert await made.to_langgraph()._blob_encryptor(server_context(tenant_id="acme"), b"x") == b"x"
    assert seen == [
        EncryptionContext(model="thread", field="metadata", metadata={"tenant_id": "acme"})
    ]
    with pytest.raises(TypeError):
        seen[0].metadata["tenant_id"] = "other"  # type: ignore[index]  # it is read-only


@pytest.mark.parametrize("wrong", ["text", {"a": 1}, 7, bytearray(b"x")])
async def test_a_blob_handler_that_returns_anything_but_bytes_fails(wrong: Any) -> None:
    made = encryption(wrong).to_langgraph()
    for handler in (made._blob_encryptor, made._blob_decryptor):
        with pytest.raises(HandlerError, match=f"expected bytes, got {type(wrong).__name__}"):
            await handler(server_context(), b"data")


async def test_a_handler_that_forgets_to_return_stores_nothing() -> None:
    made = Encryption()
    made.encrypt.blob(forgets)
    made.decrypt.blob(forgets)
    made.encrypt.json(forgets)
    made.decrypt.json(forgets)
    given = made.to_langgraph()
    for handler, data in [
        (given._blob_encryptor, b"data"),
        (given._blob_decryptor, b"data"),
        (given._json_encryptor, {"a": 1}),
        (given._json_decryptor, {"a": 1}),
    ]:
        with pytest.raises(HandlerError, match="got NoneType"):
            await handler(server_context(), data)


@pytest.mark.parametrize(
    ("made", "new", "lost"), [({"a": 1}, 0, 1), ({"a": 1, "b": 2, "c": 3}, 1, 0)]
)
async def test_a_json_encryptor_keeps_the_keys(made: Any, new: int, lost: int) -> None:
    given = encryption(made).to_langgraph()
    with pytest.raises(HandlerError, match=f"got {new} new and lost {lost}"):
        await given.get_json_encryptor("run")(server_context(), {"a": 1, "b": 2})


async def test_a_replacement_becomes_the_servers_result() -> None:
    given = encryption(DecryptResult(b"plain", b"anew")).to_langgraph()
    assert await given._blob_decryptor(server_context(), b"old") == langgraph_sdk.DecryptResult(
        b"plain", b"anew"
    )
    given = encryption(DecryptResult(b"plain")).to_langgraph()
    assert await given._blob_decryptor(server_context(), b"old") == b"plain"
    given = encryption(DecryptResult(b"plain", "text")).to_langgraph()
    with pytest.raises(HandlerError, match="expected bytes, got str"):
        await given._blob_decryptor(server_context(), b"old")


async def test_a_strangers_exception_leaves_neither_its_text_nor_itself() -> None:
    given = encryption(fails=ValueError(SECRET)).to_langgraph()
    with pytest.raises(HandlerError, match=r"handler: ValueError in handler, line \d+") as caught:
        await given._blob_encryptor(server_context(), SECRET.encode())
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


async def test_our_own_errors_pass_as_they_are() -> None:
    given = encryption(fails=DecryptionError("cut")).to_langgraph()
    with pytest.raises(DecryptionError, match="cut"):
        await given._json_decryptor(server_context(), {})


async def test_the_context_handler_gets_the_users_own_object() -> None:
    made = encryption()

    @made.context
    async def context(user: Any, ctx: EncryptionContext) -> dict[str, Any]:
        return {**ctx.metadata, "tenant_id": user.org}

    given = made.to_langgraph()
    user = SimpleNamespace(org="acme")
    wrapped = SimpleNamespace(_user=user)
    for each in (user, wrapped):
        assert await given._context_handler(each, server_context(k=1)) == {
            "k": 1,
            "tenant_id": "acme",
        }


class Unreadable(Exception):
    def __str__(self) -> str:
        return SECRET


@pytest.mark.parametrize(
    "outcome",
    [None, "acme", {1: 2}, {"__encryption_context__": {}}, Unreadable(), LookupError(SECRET)],
)
async def test_after_a_context_handler_failed_nothing_is_encrypted_for_that_request(
    outcome: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made = encryption()

    @made.context
    async def context(user: Any, ctx: EncryptionContext) -> dict[str, Any]:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[no-any-return]  # wrong on purpose

    given = made.to_langgraph()
    with caplog.at_level(logging.ERROR, "graphwire_encryption"):
        metadata = await given._context_handler(None, server_context(tenant_id="chosen by caller"))
    assert "tenant_id" not in metadata
    assert "The context handler failed" in caplog.text
    assert SECRET not in caplog.text
    with pytest.raises(ContextError, match="the context handler failed"):
        await given._json_encryptor(server_context(**metadata), {"a": 1})
    with pytest.raises(ContextError, match="the context handler failed"):
        await given._blob_encryptor(server_context(**metadata), b"data")


async def test_a_caller_cannot_send_stored_data_to_another_decryptor() -> None:
    """The server routes by this entry of the context, which a header may name."""
    given = encryption().to_langgraph()
    with pytest.raises(ContextError, match="__langgraph_encryption_type__"):
        await given._json_encryptor(server_context(__langgraph_encryption_type__="aes"), {"a": 1})
