"""Codecs: each named part of each body goes through them, in order, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from graphwire import Client, get_client, get_sync_client
from graphwire_core._codec import Codecs
from graphwire_core._operation import Operation
from graphwire_core._operations import runs, store, threads
from graphwire_core._reading import nothing
from graphwire_core.errors import PluginError
from graphwire_core.plugins import CodecPart, CodecRegistry, hookimpl
from graphwire_core.testing import DevServer

ID = "00000000-0000-0000-0000-000000000001"


class Sealed:
    """Reverses every text of a part, so that the server sees none of them as they are."""

    def encode(self, part: CodecPart, value: Any) -> Any:
        return self._texts(value, lambda text: f"sealed:{text[::-1]}")

    def decode(self, part: CodecPart, value: Any) -> Any:
        return self._texts(
            value, lambda text: text[7:][::-1] if text.startswith("sealed:") else text
        )

    def _texts(self, value: Any, change: Any) -> Any:
        if isinstance(value, str):
            return change(value)
        if isinstance(value, list):
            return [self._texts(one, change) for one in value]
        if isinstance(value, dict):
            return {key: self._texts(one, change) for key, one in value.items()}
        return value


class Sealing:
    """A plugin that registers the codec."""

    @hookimpl
    def graphwire_register_codecs(self, registry: CodecRegistry) -> None:
        registry.add("sealed", Sealed())


class Marked:
    """Wraps a part in a mark of its own, to show the order."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def encode(self, part: CodecPart, value: Any) -> Any:
        return [self.mark, part, value]

    def decode(self, part: CodecPart, value: Any) -> Any:
        assert value[:2] == [self.mark, part]
        return value[2]


@pytest.fixture
def client(server: DevServer) -> Iterator[Client]:
    with get_sync_client(server.url, plugins=[Sealing()], transport="httpx") as client:
        yield client


def test_the_first_codec_encodes_first_and_decodes_last() -> None:
    codecs = Codecs([Marked("a"), Marked("b")])
    operation = store.put_item(["n"], "k", {"v": 1})
    body = codecs.encoded(operation, operation.body)
    assert body["value"] == ["b", "value", ["a", "value", {"v": 1}]]
    assert (body["namespace"], body["key"]) == (["n"], "k")
    got = codecs.decoded(store.get_item(["n"], "k"), {"key": "k", "value": body["value"]})
    assert got == {"key": "k", "value": {"v": 1}}


def test_the_parts_of_a_run_are_named_and_the_rest_is_left_alone() -> None:
    operation = runs.create(None, "a", input={"x": 1}, metadata={"m": 1}, webhook="http://w")
    body = Codecs([Marked("c")]).encoded(operation, operation.body)
    assert body == {
        "assistant_id": "a",
        "input": ["c", "input", {"x": 1}],
        "metadata": ["c", "metadata", {"m": 1}],
        "webhook": "http://w",
    }


def test_the_parts_of_a_command_are_named() -> None:
    params = {"interrupt_id": "i", "response": 1, "update": {"u": 1}, "config": {"tags": []}}
    several = {"responses": [{"interrupt_id": "i", "response": 1}], "metadata": {"m": 1}}
    start = {"assistant_id": "a", "input": 1, "langsmith_tracer": {"project_name": "p"}}

    assert [sealed_command(one) for one in (params, several, start)] == [
        {
            "interrupt_id": "i",
            "response": ["c", "input", 1],
            "update": ["c", "values", {"u": 1}],
            "config": ["c", "config", {"tags": []}],
        },
        {
            "responses": [{"interrupt_id": "i", "response": ["c", "input", 1]}],
            "metadata": ["c", "metadata", {"m": 1}],
        },
        {**start, "input": ["c", "input", 1]},
    ]


def sealed_command(params: Any) -> Any:
    body = {"id": 1, "method": "m", "params": params}
    operation = Operation("POST", f"/threads/{ID}/commands", nothing, body=body)
    sealed = Codecs([Marked("c")]).encoded(operation, operation.body)
    assert sealed | {"params": params} == body
    return sealed["params"]


def test_states_are_decoded_in_lists_and_in_their_subgraphs() -> None:
    def marked(value: Any) -> list[Any]:
        return ["c", "values", value]

    state = {
        "values": marked(1),
        "next": [],
        "tasks": [
            {
                "result": marked(2),
                "interrupts": [{"id": "i", "value": marked(4)}],
                "state": {"values": marked(3), "tasks": []},
            }
        ],
    }
    assert Codecs([Marked("c")]).decoded(threads.get_history(ID), [state]) == [
        {
            "values": 1,
            "next": [],
            "tasks": [
                {
                    "result": 2,
                    "interrupts": [{"id": "i", "value": 4}],
                    "state": {"values": 3, "tasks": []},
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("event", "data", "decoded"),
    [
        ("values", ["c", "values", 1], 1),
        ("values|child:1", ["c", "values", 1], 1),
        ("updates", {"node": ["c", "values", 1]}, {"node": 1}),
        ("custom", ["c", "values", 1], ["c", "values", 1]),
        ("tasks", {"id": "t", "input": ["c", "values", 1]}, {"id": "t", "input": 1}),
        ("input.requested", {"payload": ["c", "values", 1]}, {"payload": 1}),
    ],
)
def test_events_of_a_stream_are_decoded_by_their_kind(event: str, data: Any, decoded: Any) -> None:
    assert Codecs([Marked("c")]).event(event, data) == decoded


def test_a_codec_that_fails_is_named_and_the_data_is_not_shown() -> None:
    class Broken(Marked):
        def encode(self, part: CodecPart, value: Any) -> Any:
            raise ValueError(f"cannot seal {value}")

    operation = store.put_item(["n"], "k", {"v": "secret"})
    with pytest.raises(PluginError, match="codec Broken could not encode value") as caught:
        Codecs([Broken("c")]).encoded(operation, operation.body)
    assert "secret" not in str(caught.value)


def test_a_plugin_that_registers_something_else_is_refused() -> None:
    class Garbage:
        @hookimpl
        def graphwire_register_codecs(self, registry: CodecRegistry) -> None:
            registry.add("garbage", "no codec")  # type: ignore[arg-type]  # the fault under test

    with pytest.raises(PluginError, match=r"codec 'garbage': expected encode\(\) and decode\(\)"):
        get_sync_client("http://localhost", plugins=[Garbage()])


def test_the_server_sees_only_what_the_codec_made_and_the_caller_sees_what_was_sent(
    client: Client, server: DevServer
) -> None:
    thread = client.threads.create(metadata={"owner": "ada"})
    question = {"payload": {"text": "hello"}}
    assert (
        client.runs.wait(thread.thread_id, "echo", input=question)["received"]
        == question["payload"]
    )
    state = client.threads.get_state(thread.thread_id)
    assert state.values["received"] == question["payload"]
    assert client.threads.get(thread.thread_id).metadata["owner"] == "ada"
    client.store.put_item(["codec"], "k", {"name": "ada"})
    item = client.store.get_item(["codec"], "k")
    assert item is not None
    assert item.value == {"name": "ada"}

    with get_sync_client(server.url, transport="httpx") as plain:
        raw = plain.threads.get_state(thread.thread_id)
        assert raw.values["received"] == {"text": "sealed:olleh"}
        assert "hello" not in json.dumps(raw.values)
        stored = plain.store.get_item(["codec"], "k")
        assert stored is not None
        assert stored.value == {"name": "sealed:ada"}


async def test_a_stream_is_decoded_as_it_arrives(server: DevServer) -> None:
    async with get_client(server.url, plugins=[Sealing()], transport="httpx") as client:
        question = {"payload": {"text": "hello"}}
        values = [
            part.data
            async for part in client.runs.stream(
                None, "echo", input=question, stream_mode="values", version="v2"
            )
            if part.type == "values"
        ]
        assert values[-1]["received"] == {"text": "hello"}
