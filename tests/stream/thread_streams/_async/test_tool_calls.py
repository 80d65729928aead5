"""Calls of tools: what goes in, what comes out meanwhile and in the end, and what fails."""

from __future__ import annotations

import pytest
from tests.stream.thread_streams._async.opening import HELLO, AsyncOpening

from graphwire.errors import StreamError


async def test_calls_show_their_input_what_they_write_and_their_output(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="newsroom") as thread:
        await thread.run.start(input=HELLO)
        calls = {}
        async for call in thread.tool_calls:
            calls[call.name] = call
            if call.name == "search":
                assert not call.done
                assert [delta async for delta in call.deltas] == ["looking", {"found": 1}]
                assert (await call.output)["content"] == "One article on rivers."
                assert call.done

    assert list(calls) == ["search", "call_source"]
    assert {call.namespace for call in calls.values()} == {()}
    assert calls["search"].tool_call_id == "call-search"
    assert calls["search"].input == {"query": "rivers"}
    assert calls["search"].error is None
    assert calls["call_source"].input == {"name": "Ann"}


async def test_a_call_that_fails_says_why(past: AsyncOpening) -> None:
    async with past("newsroom") as thread:
        failed = [call async for call in thread.tool_calls][1]

        assert failed.done
        assert failed.error == "Ann does not answer"
        with pytest.raises(StreamError, match="Tool call_source failed: Ann does not answer"):
            assert await failed.output
        assert "failed" in repr(failed)
