"""Messages: their texts piece by piece and as a whole, calls of tools, thoughts, costs."""

from __future__ import annotations

from langchain_core.messages import AIMessage
from tests.stream.thread_streams._async.opening import HELLO, AsyncOpening, all_of

from graphwire_stream.messages import Usage

SAID = ["Let me check.", "The tool says: It is sunny in Los Angeles."]


async def test_the_words_of_a_message_are_read_while_it_is_written(opened: AsyncOpening) -> None:
    async with opened(assistant_id="agent") as thread:
        await thread.run.start(input=HELLO)
        said, done, usages, calls = [], [], [], []
        async for message in thread.messages:
            done.append(message.done)
            said.append([piece async for piece in message.text])
            assert "".join(said[-1]) == await message.text.get()
            assert message.done
            assert (message.role, message.namespace, message.error) == ("ai", (), None)
            usages.append(message.usage)
            calls.extend(await message.tool_calls.get())
        values = await thread.output

    assert ["".join(pieces) for pieces in said] == SAID
    assert said[0] == ["Let", " me", " check."]
    assert done[0] is False
    assert usages == [None, Usage(input_tokens=7, output_tokens=5, total_tokens=12)]
    [call] = calls
    assert (call.name, call.id, call.args) == ("get_weather", "call-1", {"city": "Los Angeles"})
    assert values["messages"][-1]["content"][0]["text"] == SAID[1]


async def test_a_call_of_a_tool_is_watched_while_it_is_written(past: AsyncOpening) -> None:
    async with past("newsroom") as thread:
        async for message in thread.messages:
            seen = [(call.id, call.args_text) async for call in message.tool_calls]
            if seen:
                break
        calls = await message.tool_calls.get()

    assert seen[:4] == [
        ("call-search", ""),
        ("call-search", '{"query"'),
        ("call-search", '{"query": "river'),
        ("call-search", '{"query": "rivers"}'),
    ]
    assert ("call-source", '{"name": "Ann"}') in seen
    assert [(call.name, call.args) for call in calls] == [
        ("search", {"query": "rivers"}),
        ("call_source", {"name": "Ann"}),
    ]


async def test_a_message_is_also_what_langchain_has_in_the_end(past: AsyncOpening) -> None:
    async with past("agent") as thread:
        messages = [await message.complete() async for message in thread.messages]
        values = await thread.output

    made = [message.to_langchain() for message in messages]
    assert isinstance(made[0], AIMessage)
    assert isinstance(made[1], AIMessage)
    assert [message.id for message in made] == [
        one["id"] for one in values["messages"] if one["type"] == "ai"
    ]
    assert made[0].tool_calls[0]["args"] == {"city": "Los Angeles"}
    assert made[1].text == SAID[1]
    assert made[1].usage_metadata is not None
    assert made[1].usage_metadata["total_tokens"] == 12


async def test_thoughts_come_apart_from_words(past: AsyncOpening) -> None:
    async with past("newsroom") as thread:
        async for message in thread.messages:
            thoughts = [piece async for piece in message.reasoning]
            words = [piece async for piece in message.text]
            break
        assert await message.reasoning.get() == "".join(thoughts) == "What about rivers?"
        assert await message.text.get() == "".join(words) == "Rivers run deep"
        assert message.usage == Usage(input_tokens=4, output_tokens=3, total_tokens=7)
        assert [block["type"] for block in message.message.blocks] == ["reasoning", "text"]


async def test_a_text_that_is_read_twice_is_the_same_twice(past: AsyncOpening) -> None:
    async with past("agent") as thread:
        async for message in thread.messages:
            first = [piece async for piece in message.text]
            again = [piece async for piece in message.text]
            assert len(first) > 1
            assert again == ["".join(first)]


async def test_messages_can_be_kept_and_read_after_the_loop(past: AsyncOpening) -> None:
    async with past("agent") as thread:
        kept = await all_of(thread.messages)

        assert [await message.text.get() for message in kept] == SAID
        assert all(message.done for message in kept)


async def test_the_text_of_a_thread_is_that_of_its_models(past: AsyncOpening) -> None:
    async with past("agent") as thread:
        tokens = await all_of(thread.text())

    assert "".join(tokens) == "".join(SAID)
    assert len(tokens) > len(SAID)
    assert list(dict.fromkeys(token.message.text for token in tokens)) == SAID


async def test_voices_that_speak_at_once_are_told_apart(past: AsyncOpening) -> None:
    async with past("duet") as thread:
        messages = [await message.complete() async for message in thread.messages]
        values = await thread.output

    assert sorted(message.text for message in messages) == ["bom bom bom bom", "la la la la"]
    assert {message.id: message.text for message in messages} == {
        one["id"]: one["content"][0]["text"] for one in values["messages"] if one["type"] == "ai"
    }
