"""End to end: a server that is a stranger to the keys, and a caller who does not notice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from graphwire import Client, get_client, get_sync_client
from graphwire.errors import PluginError
from graphwire_core.testing import DevServer
from graphwire_encryption.aesgcm import Key, KeyRing, LocalKeys
from graphwire_encryption.client import ClientEncryption
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    ConfigurationError,
    DecryptionError,
    UnknownKeyError,
)

SECRET = "the plaintext that nobody else may see"


def keys(name: str = "k1") -> LocalKeys:
    return LocalKeys(KeyRing([Key(name, name.encode().ljust(32, b"."))]))


@pytest.fixture
def client(server: DevServer) -> Iterator[Client]:
    plugin = ClientEncryption(keys(), readable=["owner"], context={"tenant_id": "acme"})
    with get_sync_client(server.url, plugins=[plugin]) as client:
        yield client


@pytest.fixture
def stranger(server: DevServer) -> Iterator[Client]:
    with get_sync_client(server.url) as client:
        yield client


def raw(model: Any) -> str:
    return json.dumps(model.model_dump(mode="json"))


def test_a_graph_that_echoes_its_input_sees_only_ciphertext(
    client: Client, stranger: Client
) -> None:
    thread = client.threads.create(metadata={"owner": "ada", "note": SECRET})
    outcome = client.runs.wait(thread.thread_id, "echo", input={"payload": {"text": SECRET}})
    assert outcome["received"] == {"text": SECRET}
    assert client.threads.get_state(thread.thread_id).values["received"] == {"text": SECRET}
    assert client.threads.get(thread.thread_id).metadata["note"] == SECRET

    seen = stranger.threads.get_state(thread.thread_id)
    assert seen.values["received"].startswith("gwc1:")
    everything = raw(seen) + raw(stranger.threads.get(thread.thread_id))
    everything += "".join(map(raw, stranger.runs.list(thread.thread_id)))
    assert SECRET not in everything


def test_readable_keys_can_be_searched(client: Client) -> None:
    thread = client.threads.create(metadata={"owner": "client-search", "note": SECRET})
    found = client.threads.search(metadata={"owner": "client-search"})
    assert [(one.thread_id, one.metadata["note"]) for one in found] == [(thread.thread_id, SECRET)]


def test_store_items_are_sealed(client: Client, stranger: Client) -> None:
    client.store.put_item(["client-encryption"], "note", {"text": SECRET, "owner": "ada"})
    item = client.store.get_item(["client-encryption"], "note")
    assert item is not None
    assert item.value == {"text": SECRET, "owner": "ada"}
    assert client.store.search_items(["client-encryption"])[0].value["text"] == SECRET
    seen = stranger.store.get_item(["client-encryption"], "note")
    assert seen is not None
    assert seen.value["owner"] == "ada"
    assert SECRET not in raw(seen)


async def test_a_stream_comes_back_in_clear(server: DevServer) -> None:
    plugin = ClientEncryption(keys())
    async with get_client(server.url, plugins=[plugin]) as client:
        received = [
            part.data["received"]
            async for part in client.runs.stream(
                None, "echo", input={"payload": SECRET}, version="v2"
            )
            if part.type == "values" and "received" in part.data
        ]
    assert received == [SECRET]


def test_leaves_keep_the_form_of_messages(server: DevServer) -> None:
    plugin = ClientEncryption(keys(), readable=["role", "type", "id"], shape="leaves")
    sealed = plugin.encode("input", {"messages": [{"role": "human", "content": SECRET}]})
    assert sealed["messages"][0]["role"] == "human"
    assert sealed["messages"][0]["content"].startswith("gwc1:")
    assert plugin.decode("values", sealed)["messages"][0]["content"] == SECRET


@pytest.mark.parametrize(
    ("part", "value", "in_clear"),
    [
        ("config", {"recursion_limit": 5, "configurable": {"k": 1}}, ["recursion_limit"]),
        ("command", {"goto": "node", "resume": {"a": 1}, "update": {"k": 1}}, ["goto"]),
        ("input", {"a": None, "owner": "x", "b": [1, 2]}, ["a", "owner"]),
    ],
)
def test_what_the_server_acts_on_stays_in_clear(
    part: str, value: dict[str, Any], in_clear: list[str]
) -> None:
    plugin = ClientEncryption(keys(), readable=["owner"])
    sealed = plugin.encode(part, value)
    assert plugin.decode(part, sealed) == value
    for key, one in value.items():
        assert (sealed[key] == one) is (key in in_clear)


def test_another_tenant_and_another_key_cannot_read() -> None:
    sealed = ClientEncryption(keys(), context={"tenant_id": "acme"}).encode("value", {"a": SECRET})
    with pytest.raises(DecryptionError):
        ClientEncryption(keys(), context={"tenant_id": "evil"}).decode("value", sealed)
    with pytest.raises(UnknownKeyError):
        ClientEncryption(keys("k2"), context={"tenant_id": "acme"}).decode("value", sealed)


def test_altered_ciphertext_is_one_error_without_plaintext(client: Client) -> None:
    plugin = ClientEncryption(keys(), readable=["owner"], context={"tenant_id": "acme"})
    text = plugin.encode("value", {"a": SECRET})["a"]
    with pytest.raises(DecryptionError) as caught:
        plugin.decode("value", {"a": text[:-6] + "AAAAAA"})
    assert SECRET not in str(caught.value)


def test_ciphertext_where_plaintext_is_expected_is_refused_before_anything_is_sent(
    client: Client,
) -> None:
    plugin = ClientEncryption(keys())
    sealed = plugin.encode("value", {"a": 1})
    with pytest.raises(AlreadyEncryptedError):
        plugin.encode("value", {"a": {"deep": [sealed["a"]]}})
    with pytest.raises(PluginError, match="ClientEncryption could not encode value"):
        client.store.put_item(["client-encryption"], "twice", sealed)
    assert client.store.get_item(["client-encryption"], "twice") is None


def test_a_wrong_shape_is_named() -> None:
    with pytest.raises(ConfigurationError, match="shape: expected 'keys' or 'leaves'"):
        ClientEncryption(keys(), shape="all")  # type: ignore[arg-type]  # the fault under test
