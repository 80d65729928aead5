"""`stream.text` and `stream.messages`: on the real server, and what they cost and refuse."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.stream.flaky import flaky_proxy
from tests.stream.scripted import THREAD, Answer, AsyncScriptedTransport, Script

from graphwire import AsyncClient, get_client
from graphwire_core.errors import InvalidArgumentError, RunFailedError
from graphwire_core.testing import DevServer
from graphwire_stream.messages import Token

if TYPE_CHECKING:
    from graphwire.models import StreamMode

INPUT = {"messages": [{"role": "user", "content": "hi"}], "skip_interrupt": True}
SAID = {"": "Hello there world", "child|nested": "Nested words here"}
"""What the models of the graph `full` say, by namespace."""

CHUNK = b'event: messages\r\ndata: [{"type":"AIMessageChunk","id":"m","content":"%b"},{}]\r\n\r\n'
ERROR = b'event: error\r\ndata: {"error":"ValueError","message":"kaboom"}\r\n\r\n'


def client_of(script: Script) -> AsyncClient:
    return AsyncClient("http://server", transport=AsyncScriptedTransport(script), retry=None)


async def collect(text: AsyncIterator[Token], tokens: list[str]) -> None:
    async for token in text:
        tokens += [token]


def nodes(namespace: tuple[str, ...]) -> str:
    return "|".join(segment.split(":")[0] for segment in namespace)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("modes", [["messages-tuple"], ["messages"], ["messages-tuple", "values"]])
async def test_the_words_of_every_model_arrive_in_pieces(
    modes: list[StreamMode], version: Any, server: DevServer
) -> None:
    async with get_client(server.url) as client:
        thread = await client.threads.create()
        stream = client.runs.stream(
            thread.thread_id,
            "full",
            input=INPUT,
            stream_mode=modes,
            stream_subgraphs=True,
            version=version,
        )
        tokens = [token async for token in stream.text]

    said: dict[str, str] = {}
    for token in tokens:
        namespace = nodes(token.message.namespace)
        said[namespace] = said.get(namespace, "") + token
    assert said == SAID
    assert tokens[:3] == ["Hello", " there", " world"]
    assert {message.role for message in stream.messages} == {"ai", "tool"}
    [answer] = [message for message in stream.messages if message.role == "tool"]
    [call] = [call for message in stream.messages for call in message.tool_calls]
    assert (call.name, call.args, call.id) == ("search", {"query": "streams"}, answer.tool_call_id)
    assert all(message.done for message in stream.messages)


async def test_messages_are_there_for_who_reads_the_parts(server: DevServer) -> None:
    async with get_client(server.url) as client:
        thread = await client.threads.create()
        stream = client.runs.stream(
            thread.thread_id, "full", input=INPUT, stream_mode="messages-tuple", version="v2"
        )
        parts = [part async for part in stream]

    assert len(parts) > len(stream.messages) == 3
    made = [message.to_langchain() for message in stream.messages]
    assert [message.type for message in made] == ["ai", "ai", "tool"]
    assert [message.content for message in made] == [SAID[""], "", "result for 'streams'"]


async def test_text_is_whole_over_cuts(server: DevServer) -> None:
    with flaky_proxy(server.url, [1500, 2500]) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            stream = client.runs.stream(
                thread.thread_id,
                "full",
                input=INPUT,
                stream_mode="messages-tuple",
                stream_resumable=True,
                stream_subgraphs=True,
            )
            text = "".join([token async for token in stream.text])

    assert text == "".join(SAID.values())
    assert stream.gaps == []


@pytest.mark.parametrize("modes", [None, "values", ["custom", "updates"]])
async def test_text_that_cannot_come_is_refused(modes: Any) -> None:
    script = Script([])
    async with client_of(script) as client:
        options = {} if modes is None else {"stream_mode": modes}
        stream = client.runs.stream(THREAD, "agent", **options)
        with pytest.raises(InvalidArgumentError, match="stream_mode: expected 'messages' or"):
            _ = stream.text
    assert script.requests == []


async def test_a_run_that_fails_does_not_look_like_one_that_has_said_all() -> None:
    script = Script([Answer(CHUNK % b"a" + ERROR)])
    tokens: list[str] = []
    async with client_of(script) as client:
        stream = client.runs.stream(THREAD, "agent", stream_mode="messages-tuple")
        with pytest.raises(RunFailedError, match="kaboom"):
            await collect(stream.text, tokens)

    assert tokens == ["a"]
    assert not stream.messages[0].done
    assert script.open == 0


async def test_text_that_is_left_early_leaves_no_connection() -> None:
    script = Script([Answer(CHUNK % b"a" + CHUNK % b"b")])
    async with client_of(script) as client:
        async with client.runs.stream(THREAD, "agent", stream_mode="messages") as stream:
            async for token in stream.text:
                assert isinstance(token, Token)
                assert (token, token.message.text) == ("a", "a")
                break
            rest = [token async for token in stream.text]
        assert rest == ["b"]
        assert script.open == 0


async def test_values_and_the_pieces_of_a_message_leave_nothing_behind() -> None:
    values = b'event: values\r\ndata: {"n":1,"text":"some text of a state"}\r\n\r\n'
    script = Script([Answer((values + CHUNK % b"x") * 30_000)])
    async with client_of(script) as client:
        stream = client.runs.stream(THREAD, "agent", stream_mode=["values", "messages-tuple"])
        async with stream:
            for _ in range(1000):
                await anext(stream)
            tracemalloc.start()
            try:
                # What was received is let go of as it is read, or waits for who asks for messages.
                limit = 1_500_000
                read = [None async for _ in stream if tracemalloc.get_traced_memory()[0] > limit]
            finally:
                tracemalloc.stop()

    assert read == []
    assert stream.messages[0].text == "x" * 30_000


async def test_the_stream_of_a_thread_keeps_the_messages_of_its_latest_run() -> None:
    begin = b'event: metadata\r\ndata: {"run_id":"%b","attempt":1}\r\nid: %b\r\n\r\n'
    end = b'event: metadata\r\ndata: {"status":"run_done","run_id":"%b"}\r\nid: %b\r\n\r\n'
    body = begin % (b"a", b"1-0") + CHUNK % b"x" + end % (b"a", b"2-0")
    body += begin % (b"b", b"3-0") + CHUNK % b"y"
    async with (
        client_of(Script([Answer(body)])) as client,
        client.threads.join_stream(THREAD) as stream,
    ):
        said = []
        async for part in stream:
            said.append((part.event, [message.text for message in stream.messages]))
            if len(said) == 5:
                break

    assert said == [
        ("metadata", []),
        ("messages", ["x"]),
        ("metadata", ["x"]),
        ("metadata", []),
        ("messages", ["y"]),
    ]
