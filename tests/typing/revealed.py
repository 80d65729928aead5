"""What a user's type checker reveals for the main calls; the comment is the type it must be."""

from typing import Any, assert_type

from typing_extensions import TypedDict

from graphwire import AsyncClient, Client, get_client, get_sync_client
from graphwire.models import (
    Assistant,
    AssistantGraph,
    AssistantsSearchResponse,
    AssistantVersion,
    Cron,
    GraphSchema,
    Item,
    Run,
    SearchItem,
    Thread,
    ThreadState,
)
from graphwire_core import AsyncPage, Page
from graphwire_stream import AsyncRunStream, RunCursor, RunStream, StreamPart, StreamPartV2
from graphwire_stream.messages import Message, Token, ToolCall, Usage
from graphwire_stream.parts import ValuesStreamPart
from graphwire_stream.protocol import Event, RunStarted
from graphwire_stream.resumption import Gap
from graphwire_stream.thread_streams import (
    AsyncMessageStream,
    AsyncSubgraph,
    AsyncThreadStream,
    AsyncToolCallStream,
    Interrupt,
    MessageStream,
    ThreadStream,
)


class State(TypedDict):
    """State of a user's graph."""

    total: int


async def the_async_colour() -> None:
    """Check every main call of the async client."""
    client = get_client()
    assert_type(client, AsyncClient)
    assert_type(await client.assistants.get("a"), Assistant)
    assert_type(await client.assistants.get_graph("a"), AssistantGraph)
    assert_type(await client.assistants.get_schemas("a"), GraphSchema)
    assert_type(await client.assistants.search(), AsyncPage[Assistant])
    assert_type(await client.assistants.search(response_format="object"), AssistantsSearchResponse)
    assert_type(await client.assistants.get_versions("a"), AsyncPage[AssistantVersion])
    assert_type((await client.assistants.search())[0], Assistant)
    assert_type(await client.assistants.count(), int)
    assert_type(await client.threads.create(), Thread)
    assert_type(await client.threads.update("t", metadata={}), Thread)
    assert_type(await client.threads.update("t", metadata={}, return_minimal=True), None)
    assert_type(await client.threads.copy("t"), Thread)
    assert_type(await client.threads.get_state("t"), ThreadState[Any])
    state = await client.threads.get_state("t", values=State)
    assert_type(state, ThreadState[State])
    assert_type(state.values, State)
    assert_type(await client.threads.get_history("t"), AsyncPage[ThreadState[Any]])
    assert_type(await client.runs.create("t", "a"), Run)
    assert_type(await client.runs.wait("t", "a"), Any)
    assert_type(await client.runs.wait("t", "a", output=State), State)
    assert_type(await client.runs.join("t", "r", output=State), State)
    assert_type(await client.runs.list("t"), AsyncPage[Run])
    assert_type(await client.crons.create("a", schedule="* * * * *"), Cron)
    assert_type(await client.store.get_item(["n"], "k"), Item | None)
    assert_type(await client.store.search_items(["n"]), AsyncPage[SearchItem])
    assert_type(await client.store.list_namespaces(), AsyncPage[list[str]])
    assert_type(client.runs.stream("t", "a"), AsyncRunStream[StreamPart])
    assert_type(client.runs.stream("t", "a", version="v2"), AsyncRunStream[StreamPartV2])
    assert_type(client.runs.resume("c"), AsyncRunStream[StreamPart | StreamPartV2])
    assert_type(client.runs.resume("c", version="v2"), AsyncRunStream[StreamPartV2])
    stream = client.runs.join_stream("t", "r")
    assert_type(stream, AsyncRunStream[StreamPart])
    assert_type(stream.cursor, RunCursor | None)
    assert_type(stream.gaps, list[Gap])
    assert_type(stream.messages, list[Message])
    async for token in stream.text:
        assert_type(token, Token)
        assert_type(token.message.tool_calls, list[ToolCall])
        assert_type(token.message.usage, Usage | None)
    async for part in client.runs.stream("t", "a", version="v2"):
        assert_type(part, StreamPartV2)
        if part.type == "values":
            assert_type(part, ValuesStreamPart)
    async for thread in await client.threads.search():
        assert_type(thread, Thread)


async def a_thread_stream() -> None:
    """Check what a session with a thread yields."""
    client = get_client()
    async with client.threads.stream(assistant_id="a") as live:
        assert_type(live, AsyncThreadStream)
        assert_type(await live.run.start(input={}), RunStarted)
        assert_type(live.interrupts, list[Interrupt])
        assert_type(await live.agent.get_tree(), AssistantGraph)
        async for message in live.messages:
            assert_type(message, AsyncMessageStream)
            assert_type(await message.text, str)
            assert_type(await message.tool_calls, list[ToolCall])
            assert_type(await message.complete(), Message)
            async for piece in message.text:
                assert_type(piece, str)
        async for token in live.text():
            assert_type(token, Token)
        async for call in live.tool_calls:
            assert_type(call, AsyncToolCallStream)
        async for subgraph in live.subgraphs:
            assert_type(subgraph, AsyncSubgraph)
        async for event in live.subscribe(["values"]):
            assert_type(event, Event)


def the_sync_colour() -> None:
    """Check the same calls of the sync client, in short."""
    client = get_sync_client()
    assert_type(client, Client)
    assert_type(client.assistants.search(), Page[Assistant])
    assert_type(client.threads.create(), Thread)
    assert_type(client.threads.get_state("t", values=State).values, State)
    assert_type(client.runs.wait("t", "a", output=State), State)
    assert_type(client.runs.stream("t", "a", version="v2"), RunStream[StreamPartV2])
    assert_type(client.runs.resume("c", version="v1"), RunStream[StreamPart])
    for token in client.runs.stream("t", "a").text:
        assert_type(token, Token)
    with client.threads.stream(assistant_id="a") as live:
        assert_type(live, ThreadStream)
        for message in live.messages:
            assert_type(message, MessageStream)
            assert_type(message.text.get(), str)
            assert_type(message.tool_calls.get(), list[ToolCall])
    for part in client.runs.stream("t", "a"):
        assert_type(part, StreamPart)
    for thread in client.threads.search().all():
        assert_type(thread, Thread)
