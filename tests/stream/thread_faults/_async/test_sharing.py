"""Readers that began together share the messages of a run, and each reads all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tests.stream.thread_faults._async.reading import AsyncVisit, opened, started
from tests.stream.thread_faults.stage import Stage, plays
from tests.stream.thread_faults.story import MESSAGES, TEXT
from tests.stream.thread_faults.together import AsyncTogether

from graphwire_stream import AsyncThreadStream


async def begun_together(thread: AsyncThreadStream, *readers: AsyncIterator[Any]) -> list[Any]:
    """Return the first item of each reader: all wait before the run begins."""

    async def first(reader: AsyncIterator[Any]) -> Any:
        return await anext(reader)

    together = AsyncTogether(*[lambda reader=reader: first(reader) for reader in readers])
    await opened(thread, len(readers))
    await started(thread)
    return await together.results()


async def texts(reader: AsyncIterator[Any]) -> list[tuple[str, list[str]]]:
    return [(message.id, [piece async for piece in message.text]) async for message in reader]


async def test_a_reader_that_is_behind_reads_each_text_once(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            ahead, behind = thread.messages.__aiter__(), thread.messages.__aiter__()
            first, same = await begun_together(thread, ahead, behind)
            assert first.message is same.message
            first_pieces = [piece async for piece in first.text]
            rest = await texts(ahead)
            assert [("m-1", "".join(first_pieces))] + [
                (name, "".join(one)) for name, one in rest
            ] == MESSAGES
            pieces = [piece async for piece in same.text]
            assert "".join(pieces) == MESSAGES[0][1]
            again = await texts(behind)
            assert [(name, "".join(one)) for name, one in again] == MESSAGES[1:]


async def test_a_text_that_is_begun_behind_another_reader_is_whole(kind: str) -> None:
    """What the other has added comes as one piece, and what it adds later is not said twice."""
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            ahead, behind = thread.messages.__aiter__(), thread.messages.__aiter__()
            first, same = await begun_together(thread, ahead, behind)
            leading = first.text.__aiter__()
            assert await anext(leading) == TEXT[0]
            following = same.text.__aiter__()
            assert await anext(following) == TEXT[0]
            assert [piece async for piece in leading] == TEXT[1:3]
            assert [piece async for piece in following] == TEXT[1:3]


async def test_messages_and_tokens_are_read_side_by_side(kind: str) -> None:
    with Stage(plays()) as stage:
        async with AsyncVisit(stage, kind) as thread:
            tokens, messages = thread.text().__aiter__(), thread.messages.__aiter__()
            token, message = await begun_together(thread, tokens, messages)
            assert token.message is message.message
            assert [token, *[piece async for piece in tokens]] == TEXT
            assert [piece async for piece in message.text] == ["".join(TEXT[:3])]
            assert [(one.id, await one.text.get()) async for one in messages] == MESSAGES[1:]
