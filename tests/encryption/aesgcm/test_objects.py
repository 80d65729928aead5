"""JSON objects and blobs through the ready-made handlers."""

import asyncio
import contextvars
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwire_encryption import DuplicateHandlerError, Encryption, EncryptionContext
from graphwire_encryption._request import enter_request
from graphwire_encryption.aesgcm import AesGcm, FieldPolicy, Key, KeyRing, LocalKeys
from graphwire_encryption.aesgcm._envelope import Envelope, from_text
from graphwire_encryption.aesgcm._fields import SERVER_KEYS
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    ConfigurationError,
    ContextError,
    DecryptionError,
    EncryptionError,
    NotEncryptedError,
    UnknownKeyError,
)

OLD, NEW = Key("k1", bytes(range(32))), Key("k2", bytes(range(1, 33)))
CTX = EncryptionContext(model="thread", field="metadata", metadata={"tenant_id": "acme"})
SECRET = "plaintext that nobody may see"


def ready(*keys: Key, **options: Any) -> AesGcm:
    fields = FieldPolicy(**{"readable": ["owner"], **options.pop("fields", {})})
    return AesGcm(LocalKeys(KeyRing(keys or [OLD])), fields=fields, **options)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=6))
async def test_any_object_comes_back_and_only_readable_keys_stay(data: dict[str, Any]) -> None:
    both = ready()
    made = await both.encrypt_json(CTX, data)
    assert made.keys() == data.keys()
    for key, value in made.items():
        if key == "owner" or key in SERVER_KEYS or data[key] is None:
            assert value == data[key]
        else:
            assert value.startswith("gwe1:")
    result = await both.decrypt_json(CTX, made)
    assert result.plaintext == data
    assert result.replacement is None


@pytest.mark.parametrize(
    "value", [10**40, 1e308, 5e-324, -0.0, "\x00", {"a": [{}, [], ""]}, True, 1]
)
async def test_values_come_back_with_their_type(value: Any) -> None:
    both = ready()
    found = (await both.decrypt_json(CTX, await both.encrypt_json(CTX, {"v": value}))).plaintext[
        "v"
    ]
    assert repr(found) == repr(value)


@pytest.mark.parametrize("value", [object(), {"a": object()}, "\ud800", b"\xff"])
async def test_a_value_that_json_cannot_hold_is_refused_and_named(value: Any) -> None:
    with pytest.raises(EncryptionError, match=r"thread\.metadata\['bad'\]: expected what JSON can"):
        await ready().encrypt_json(CTX, {"good": 1, "bad": value})


@pytest.mark.parametrize("key", ["owner", "secret", "thread_id"])
async def test_ciphertext_from_a_caller_is_refused_whatever_its_key(key: str) -> None:
    both = ready()
    stolen = (await both.encrypt_json(CTX, {"x": SECRET}))["x"]
    for value in (stolen, "gwe1:", "gwe1:looks like it"):
        with pytest.raises(AlreadyEncryptedError, match=f"'{key}'.*encrypted already"):
            await both.encrypt_json(CTX, {key: value})


async def test_ciphertext_under_a_key_of_the_servers_is_never_opened() -> None:
    """The server stores those as a caller wrote them: opening one would show what was stolen."""
    both = ready()
    stolen = (await both.encrypt_json(CTX, {"x": SECRET}))["x"]
    assert (await both.decrypt_json(CTX, {"thread_id": stolen})).plaintext == {"thread_id": stolen}


async def test_plaintext_where_ciphertext_is_expected_is_refused() -> None:
    both = ready()
    made = await both.encrypt_json(CTX, {"owner": "me", "a": 1, "b": 2})
    for value in (SECRET, {"a": SECRET}, [SECRET], 7, True, ""):
        with pytest.raises(
            NotEncryptedError, match=r"\['b'\]: expected ciphertext, got plain"
        ) as e:
            await both.decrypt_json(CTX, made | {"b": value})
        assert SECRET not in str(e.value)


async def test_what_the_server_adds_in_clear_is_left_alone() -> None:
    added = {
        "thread_id": "t",
        "langgraph_request_id": "r",
        "__pregel_resuming": True,
        "owner": "me",
        "nothing": None,
        "configurable": {"x": "gwe1:by itself", "__encryption_context__": {}},
    }
    both = ready()
    result = await both.decrypt_json(CTX, added)
    assert result.plaintext == added
    run = EncryptionContext(model="run", field="config", metadata={})
    assert (await both.decrypt_json(run, {"recursion_limit": 5})).plaintext == {
        "recursion_limit": 5
    }
    with pytest.raises(NotEncryptedError):
        await both.decrypt_json(CTX, {"recursion_limit": 5})


async def test_one_damaged_value_refuses_the_whole_object() -> None:
    both = ready()
    made = await both.encrypt_json(CTX, {"a": SECRET, "b": SECRET})
    damaged = made["b"][:-1] + ("A" if made["b"][-1] != "A" else "B")
    with pytest.raises(DecryptionError) as caught:
        await both.decrypt_json(CTX, made | {"b": damaged})
    assert "thread.metadata['b']" in "".join(caught.value.__notes__)
    assert SECRET not in repr(caught.value) + "".join(caught.value.__notes__)


async def test_an_object_moves_between_models_and_fields() -> None:
    both = ready(fields={"readable_in": {"store.value": ["kind"], "cron": ["team"]}})
    store = EncryptionContext(model="store", field="value", metadata=CTX.metadata)
    cron = EncryptionContext(model="cron", field="metadata", metadata=CTX.metadata)
    data = {"kind": "note", "team": "red", "text": SECRET}
    in_store = await both.encrypt_json(store, data)
    in_cron = await both.encrypt_json(cron, data)
    assert [in_store["kind"], in_cron["team"]] == ["note", "red"]
    assert [in_store["team"][:5], in_cron["kind"][:5]] == ["gwe1:"] * 2
    for made in (in_store, in_cron):
        assert (await both.decrypt_json(CTX, made)).plaintext == data


async def test_patterns_choose_keys_and_encrypted_wins() -> None:
    both = ready(fields={"readable": ["*"], "encrypted": ["ssn", "*_secret"]})
    made = await both.encrypt_json(CTX, {"a": 1, "ssn": 2, "my_secret": 3})
    assert made["a"] == 1
    assert made["ssn"].startswith("gwe1:")
    assert made["my_secret"].startswith("gwe1:")
    with pytest.raises(NotEncryptedError):
        await both.decrypt_json(CTX, {"ssn": 2})


@pytest.mark.parametrize(
    "wrong",
    [
        {"readable": "owner"},
        {"encrypted": [1]},
        {"readable_in": {"store": "x"}},
        {"plaintext": "maybe"},
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=f"{next(iter(wrong))}.*: expected"):
        FieldPolicy(**wrong)


async def test_after_a_rotation_old_data_reads_and_is_encrypted_anew() -> None:
    before, after = ready(OLD), ready(NEW, OLD)
    data = await before.encrypt_json(CTX, {"owner": "me", "a": 1, "b": None})
    blob = await before.encrypt_blob(CTX, b"blob")
    fresh = await after.encrypt_json(CTX, {"c": 3})
    result = await after.decrypt_json(CTX, data | fresh)
    assert result.plaintext == {"owner": "me", "a": 1, "b": None, "c": 3}
    assert result.replacement is not None
    assert result.replacement["c"] == fresh["c"]
    assert Envelope.parse(from_text(result.replacement["a"])).key_id == "k2"
    replaced = await after.decrypt_blob(CTX, blob)
    assert replaced.plaintext == b"blob"
    only_new = ready(NEW)
    assert (await only_new.decrypt_json(CTX, result.replacement)).plaintext == result.plaintext
    assert (await only_new.decrypt_blob(CTX, replaced.replacement or b"")).plaintext == b"blob"
    for again in (result.replacement, fresh):
        assert (await after.decrypt_json(CTX, again)).replacement is None
    with pytest.raises(UnknownKeyError, match="key 'k1' is not in the ring"):
        await only_new.decrypt_json(CTX, data)


async def test_a_replacement_leaves_the_parts_that_the_server_asks_for_separately() -> None:
    before, after = ready(OLD), ready(NEW, OLD)
    nested = {"x": "gwe1:by itself", "__encryption_context__": {}}
    data = await before.encrypt_json(CTX, {"a": 1}) | {"configurable": nested, "run_id": "r"}
    replacement = (await after.decrypt_json(CTX, data)).replacement
    assert replacement is not None
    assert replacement["configurable"] == nested
    assert replacement["run_id"] == "r"


async def test_data_bound_to_other_entries_than_today_is_encrypted_anew() -> None:
    ctx = EncryptionContext(metadata={"tenant_id": "acme", "region": "eu"})
    blob = await ready().encrypt_blob(ctx, b"blob")
    result = await ready(bind=["tenant_id", "region"]).decrypt_blob(ctx, blob)
    assert result.plaintext == b"blob"
    assert Envelope.parse(result.replacement or b"").bound == ("region", "tenant_id")


async def test_data_from_before_encryption_is_taken_over_where_that_is_allowed() -> None:
    both = ready(fields={"plaintext": "accept"})
    result = await both.decrypt_json(CTX, {"owner": "me", "a": SECRET, "run_id": "r"})
    assert result.plaintext == {"owner": "me", "a": SECRET, "run_id": "r"}
    assert SECRET not in str(result.replacement)
    assert (await ready().decrypt_json(CTX, result.replacement or {})).plaintext == result.plaintext
    blob = await both.decrypt_blob(CTX, b"from before")
    assert blob.plaintext == b"from before"
    assert (await ready().decrypt_blob(CTX, blob.replacement or b"")).plaintext == b"from before"
    with pytest.raises(DecryptionError):
        await both.decrypt_blob(CTX, b"GWE\x01 and then something else")


async def test_blobs_are_encrypted_once_and_never_taken_for_each_other() -> None:
    both = ready()
    made = await both.encrypt_blob(CTX, b"blob")
    with pytest.raises(AlreadyEncryptedError, match="encrypted already"):
        await both.encrypt_blob(CTX, made)
    with pytest.raises(NotEncryptedError, match="expected an encrypted blob, got 4 other bytes"):
        await both.decrypt_blob(CTX, b"blob")
    for data in (b"", b"GWE", b"GWE\x01 is how this text begins"):
        assert (await both.decrypt_blob(CTX, await both.encrypt_blob(CTX, data))).plaintext == data


async def test_a_tenant_can_be_required() -> None:
    strict = ready(require_tenant=True)
    nobody = EncryptionContext(model="run", metadata={})
    with pytest.raises(ContextError, match="the context has no 'tenant_id', which is required"):
        await strict.encrypt_blob(nobody, b"x")
    made = await strict.encrypt_blob(CTX, b"x")
    with pytest.raises(ContextError):
        await strict.decrypt_blob(nobody, made)
    with pytest.raises(ConfigurationError, match="require_tenant"):
        ready(tenant=None, require_tenant=True)


@pytest.mark.parametrize("tenant", ["", 7, True, ["acme"], {"a": 1}])
async def test_a_tenant_is_a_string(tenant: Any) -> None:
    with pytest.raises(ContextError, match="'tenant_id': expected a string that is not empty"):
        await ready().encrypt_json(EncryptionContext(metadata={"tenant_id": tenant}), {"a": 1})


async def test_without_tenants_the_entry_is_not_looked_at() -> None:
    both = ready(tenant=None)
    made = await both.encrypt_blob(CTX, b"x")
    assert (await both.decrypt_blob(EncryptionContext(), made)).plaintext == b"x"


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}])
async def test_an_entry_with_more_than_one_spelling_is_not_bound(value: Any) -> None:
    with pytest.raises(ContextError, match="'extra' cannot be bound"):
        await ready(bind=["extra"]).encrypt_blob(EncryptionContext(metadata={"extra": value}), b"x")


@pytest.mark.parametrize(
    "wrong", [{"bind": "tenant_id"}, {"bind": ["a,b"]}, {"tenant": ""}, {"bind": ["x" * 256]}]
)
def test_names_that_a_header_cannot_hold_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="bind: expected"):
        ready(**wrong)


def test_installing_registers_all_four_and_only_once() -> None:
    encryption = Encryption()
    ready().install(encryption)
    assert [kind.value for kind in encryption.handlers.kinds()] == [
        "encrypt.blob",
        "decrypt.blob",
        "encrypt.json",
        "decrypt.json",
    ]
    with pytest.raises(DuplicateHandlerError):
        ready().install(encryption)


async def test_no_repr_shows_plaintext_or_keys() -> None:
    both = ready()
    made = await both.encrypt_blob(CTX, SECRET.encode())
    result = await both.decrypt_blob(CTX, made)
    opened = await both.cipher.open(made, Envelope.parse(made).purpose, CTX.metadata)
    data_key = await both.cipher.keys.to_write("acme")
    shown = (
        f"{result!r} {opened!r} {both!r} {Envelope.parse(made)!r} {data_key!r} {both.cipher.keys!r}"
    )
    assert SECRET not in shown
    assert "\\x" not in shown
    assert "k1" in shown


async def test_a_request_of_another_tenant_can_be_refused_what_authorization_lets_through() -> None:
    both = ready(isolate_tenants=True)
    data, blob = await both.encrypt_json(CTX, {"a": 1}), await both.encrypt_blob(CTX, b"x")
    assert (await both.decrypt_json(CTX, data)).plaintext == {"a": 1}
    for metadata, allowed in [
        ({"tenant_id": "acme", "more": "1"}, True),
        ({"tenant_id": "other"}, False),
        (dict[str, str](), False),
    ]:
        context = contextvars.copy_context()
        context.run(enter_request, metadata)
        reads: list[Any] = [both.decrypt_json(CTX, data), both.decrypt_blob(CTX, blob)]
        for read in reads:
            task = asyncio.get_running_loop().create_task(read, context=context)
            if allowed:
                assert (await task).replacement is None
            else:
                with pytest.raises(ContextError, match="belongs to another tenant than the req"):
                    await task
