"""Messages are the same whenever they are asked for, and cost nothing while nobody asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.stream.scripted import THREAD, Answer, Script, ScriptedTransport

from graphwire import Client
from graphwire_stream import RunStream, _backlog
from graphwire_stream._events import data_of
from graphwire_stream._sse import ServerSentEvent
from graphwire_stream.messages import MessageAccumulator

CAPTURES = Path(__file__).parent / "captures"
NAMES = ["full_sub_messages-tuple", "full_sub_messages", "full_sub_msgs_both"]


def messages_of(name: str, ask: Callable[[RunStream[Any], int], object]) -> list[dict[str, Any]]:
    """Stream a capture, and ask as it goes; return the messages at its end."""
    script = Script([Answer((CAPTURES / f"{name}.sse").read_bytes())])
    with Client("http://server", transport=ScriptedTransport(script), retry=None) as client:
        run = client.runs.stream(THREAD, "agent", stream_mode="messages-tuple")
        for number, _ in enumerate(run):
            ask(run, number)
        return [
            {
                "id": one.id,
                "ns": one.namespace,
                "text": one.text,
                "done": one.done,
                "role": one.role,
            }
            for one in run.messages
        ]


@pytest.mark.parametrize("name", NAMES)
def test_messages_are_the_same_whenever_they_are_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_end = messages_of(name, lambda *_: None)
    assert len(at_the_end) > 1
    assert all(message["done"] for message in at_the_end)
    assert messages_of(name, lambda run, _: run.messages) == at_the_end
    assert messages_of(name, lambda run, number: number == 5 and run.messages) == at_the_end
    monkeypatch.setattr(_backlog, "_LARGEST", 1)
    assert messages_of(name, lambda *_: None) == at_the_end


def test_nothing_is_put_together_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fed(self: object, event: str, data: object) -> list[Any]:
        raise AssertionError(event)

    monkeypatch.setattr(MessageAccumulator, "feed", fed)
    body = (CAPTURES / "full_sub_messages-tuple.sse").read_bytes()
    script = Script([Answer(body)])
    with Client("http://server", transport=ScriptedTransport(script), retry=None) as client:
        run = client.runs.stream(THREAD, "agent", stream_mode="messages-tuple")
        assert len(list(run)) == body.count(b"event: ")


def test_what_waits_is_put_together_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_backlog, "_LARGEST", 10_000)
    token = b'[{"type":"AIMessageChunk","id":"m","content":"x"},{}]'
    decoded = []

    def decode(event: ServerSentEvent) -> Any:
        decoded.append(event)
        return data_of(event)

    backlog = _backlog.Backlog(decode)
    for number in range(1000):
        backlog.keep("messages" if number % 7 else "messages|child:1", token)
        backlog.keep("custom", b"x" * 1000)

    assert 900 < len(decoded) < 1000
    assert sum(len(message.text) for message in backlog.messages()) == 1000


def test_a_message_that_is_held_knows_when_the_run_is_over() -> None:
    body = (CAPTURES / "full_sub_messages.sse").read_bytes()
    with Client("http://server", transport=ScriptedTransport(Script([Answer(body)]))) as client:
        run = client.runs.stream(THREAD, "agent", stream_mode="messages")
        held = [message for _ in run for message in run.messages]
    assert held
    assert all(message.done for message in held)
