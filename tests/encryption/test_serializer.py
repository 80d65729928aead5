"""Encrypted checkpoints: with LangGraph's own saver, in synchronous and asynchronous code."""

import asyncio
import time
from typing import Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.graph import END, START, StateGraph
from tests.encryption.aesgcm.providers import BrokenUnwrap, Provider

from graphwire_encryption.aesgcm import Cipher, Key, KeyRing, Limits, LocalKeys
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    ConfigurationError,
    DecryptionError,
    EncryptionError,
    KeyProviderError,
    NotEncryptedError,
)
from graphwire_encryption.serializer import EncryptedSerializer, server_context

OLD, NEW = Key("k1", bytes(range(32))), Key("k2", bytes(range(1, 33)))
SECRET = "plaintext that nobody may see"


def cipher(*keys: Key, **options: Any) -> Cipher:
    return Cipher(LocalKeys(KeyRing(keys or [OLD])), **options)


class State(TypedDict, total=False):
    text: str
    seen: list[str]


def compiled(serde: EncryptedSerializer) -> tuple[Any, InMemorySaver]:
    saver = InMemorySaver(serde=serde)
    builder = StateGraph(State)
    builder.add_node("node", lambda state: {"seen": [state["text"]]})
    builder.add_edge(START, "node")
    builder.add_edge("node", END)
    return builder.compile(checkpointer=saver), saver


CONFIG = {"configurable": {"thread_id": "t"}}


def assert_encrypted(saver: InMemorySaver) -> None:
    kept = repr((dict(saver.storage), dict(saver.writes), dict(saver.blobs)))
    assert SECRET not in kept
    assert "msgpack+gwe1" in kept


@pytest.mark.parametrize("provider", [LocalKeys(KeyRing([OLD])), Provider()])
def test_a_graph_runs_and_its_saver_holds_only_ciphertext(provider: Any) -> None:
    graph, saver = compiled(EncryptedSerializer(Cipher(provider)))
    assert graph.invoke({"text": SECRET}, CONFIG)["seen"] == [SECRET]
    assert graph.get_state(CONFIG).values == {"text": SECRET, "seen": [SECRET]}
    assert_encrypted(saver)


@pytest.mark.parametrize("provider", [LocalKeys(KeyRing([OLD])), Provider()])
async def test_the_same_on_an_event_loop(provider: Any) -> None:
    graph, saver = compiled(EncryptedSerializer(Cipher(provider)))
    assert (await graph.ainvoke({"text": SECRET}, CONFIG))["seen"] == [SECRET]
    assert (await graph.aget_state(CONFIG)).values == {"text": SECRET, "seen": [SECRET]}
    assert_encrypted(saver)


def test_it_is_what_langgraph_calls_a_serializer() -> None:
    assert isinstance(EncryptedSerializer(cipher()), SerializerProtocol)


def test_checkpoints_of_another_tenant_do_not_open() -> None:
    tenant = {"tenant_id": "acme"}
    serde = EncryptedSerializer(cipher(), context=lambda: tenant)
    made = serde.dumps_typed({"a": SECRET})
    assert serde.loads_typed(made) == {"a": SECRET}
    tenant["tenant_id"] = "other"
    with pytest.raises(DecryptionError):
        serde.loads_typed(made)


def test_checkpoints_from_before_a_rotation_open() -> None:
    made = EncryptedSerializer(cipher(OLD)).dumps_typed([SECRET])
    assert EncryptedSerializer(cipher(NEW, OLD)).loads_typed(made) == [SECRET]


def test_the_name_of_the_format_cannot_be_changed() -> None:
    """It decides how bytes become objects: another one could run code."""
    name, data = EncryptedSerializer(cipher()).dumps_typed({"a": 1})
    assert name == "msgpack+gwe1"
    for changed in ("pickle+gwe1", "+gwe1", "json+gwe1"):
        with pytest.raises(DecryptionError, match="the name of the checkpoint's format was alter"):
            EncryptedSerializer(cipher()).loads_typed((changed, data))


def test_plaintext_is_refused_unless_it_is_from_before_encryption() -> None:
    plain = EncryptedSerializer(cipher())._serde.dumps_typed({"a": SECRET})
    with pytest.raises(NotEncryptedError, match="expected an encrypted checkpoint, got format 'ms"):
        EncryptedSerializer(cipher()).loads_typed(plain)
    accepting = EncryptedSerializer(cipher(), plaintext="accept")
    assert accepting.loads_typed(plain) == {"a": SECRET}
    with pytest.raises(ConfigurationError, match="plaintext: expected one of"):
        EncryptedSerializer(cipher(), plaintext="maybe")  # type: ignore[arg-type]  # wrong on purpose


def test_encrypting_twice_is_refused() -> None:
    inner = EncryptedSerializer(cipher())
    with pytest.raises(AlreadyEncryptedError):
        EncryptedSerializer(cipher(), inner).dumps_typed({"a": 1})


@pytest.mark.parametrize("place", [0, 3, 5, 40, 90, -20, -1])
def test_a_damaged_checkpoint_is_refused(place: int) -> None:
    name, data = EncryptedSerializer(cipher()).dumps_typed({"a": 1})
    altered = bytearray(data)
    altered[place] ^= 1
    with pytest.raises(EncryptionError):
        EncryptedSerializer(cipher()).loads_typed((name, bytes(altered)))


async def test_a_provider_that_waits_does_not_need_the_callers_loop() -> None:
    """The caller blocks this loop; a key that had to come through it would never come."""
    serde = EncryptedSerializer(Cipher(Provider()))
    made = await asyncio.gather(*(asyncio.to_thread(serde.dumps_typed, [n]) for n in range(8)))
    assert [serde.loads_typed(each) for each in made] == [[n] for n in range(8)]


async def test_a_provider_that_hangs_ends_in_an_error() -> None:
    provider = BrokenUnwrap()
    made = EncryptedSerializer(Cipher(provider)).dumps_typed([1])
    provider.instead = "hang"
    start = time.monotonic()
    with pytest.raises(KeyProviderError, match=r"took longer than 0\.05 s"):
        EncryptedSerializer(Cipher(provider, limits=Limits(provider_timeout=0.05))).loads_typed(
            made
        )
    assert time.monotonic() - start < 5


def test_a_provider_that_only_claims_to_be_immediate_is_found_out() -> None:
    provider: Any = Provider()
    provider.immediate = True
    with pytest.raises(KeyProviderError, match="says that it is immediate, and waited"):
        EncryptedSerializer(Cipher(provider)).dumps_typed([1])


def test_outside_a_server_there_is_no_context() -> None:
    assert server_context() == {}
    assert repr(EncryptedSerializer(cipher())).startswith("EncryptedSerializer(Cipher(LocalKeys(")
