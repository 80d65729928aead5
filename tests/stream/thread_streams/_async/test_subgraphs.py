"""Subgraphs: each with its own messages, calls, states and subgraphs, and how it ended."""

from __future__ import annotations

from collections.abc import AsyncIterable

import pytest
from tests.stream.thread_streams._async.opening import HELLO, AsyncOpening, all_of, first_of

from graphwire.errors import RunFailedError
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraph


async def test_subgraphs_are_read_two_deep_while_they_work(opened: AsyncOpening) -> None:
    async with opened(assistant_id="newsroom") as thread:
        subgraphs = thread.subgraphs
        wanted = thread.values, thread.extensions["remarks"]
        await thread.run.start(input=HELLO)
        async for desk in subgraphs:
            assert desk.status == "started"
            async for proof in desk.subgraphs:
                said = [await message.text.get() async for message in proof.messages]
                inside = await all_of(proof.subgraphs)
                assert proof.status == "completed"
            calls = [call async for call in desk.tool_calls]
            asked = [await message.tool_calls.get() async for message in desk.messages]
            states = await all_of(desk.values)
            remarks = await all_of(desk.extensions["remarks"])
            assert desk.status == "completed"
        assert len((await all_of(wanted[0]))[-1]["messages"]) == 8

    assert (desk.graph_name, proof.graph_name) == ("desk", "proof")
    assert desk.namespace == desk.path == (f"desk:{desk.trigger_call_id}",)
    assert proof.namespace == (*desk.namespace, f"proof:{proof.trigger_call_id}")
    assert said == ["Good to print"]
    assert inside == []
    assert [(call.name, call.input, call.namespace) for call in calls] == [
        ("spell", {"text": "River"}, desk.namespace)
    ]
    assert [call.args for call in asked[0]] == [{"text": "River"}]
    assert [len(state["messages"]) for state in states] == [5, 6, 7, 8]
    assert remarks == [{"name": "remarks", "payload": "shorter"}]
    assert (desk.error, proof.error) == (None, None)


async def test_the_text_of_a_subgraph_is_its_own(past: AsyncOpening) -> None:
    async with past("full") as thread:
        heard = {}
        async for child in thread.subagents:
            heard[child.graph_name] = await all_of(child.text())
            async for nested in child.subagents:
                heard[nested.graph_name] = await all_of(nested.text())
        heard["root"] = await all_of(thread.text())

    assert {name: "".join(tokens) for name, tokens in heard.items()} == {
        "child": "",
        "nested": "Nested words here",
        "root": "Hello there world",
    }


async def test_subgraphs_that_work_at_once_are_told_apart(past: AsyncOpening) -> None:
    async with past("fanout") as thread:
        notes = {}
        async for worker in thread.subgraphs:
            states = await all_of(worker.values)
            notes[worker.namespace] = states[-1]["notes"]
            assert worker.graph_name == "worker"

    assert sorted(notes.values()) == [["worker 0"], ["worker 1"], ["worker 2"]]


async def test_a_subgraph_that_fails_says_so_and_fails_the_run(past: AsyncOpening) -> None:
    async with past("failing_subgraph") as thread:
        child = await first_of(thread.subgraphs)
        with pytest.raises(RunFailedError, match="kaboom"):
            await all_of(thread.subgraphs)

        assert (child.status, child.graph_name) == ("failed", "child")
        assert "kaboom" in (child.error or "")
        with pytest.raises(RunFailedError, match="kaboom"):
            assert await thread.output


async def test_a_subgraph_fails_before_the_eyes_of_who_reads_it(opened: AsyncOpening) -> None:
    async with opened(assistant_id="failing_subgraph") as thread:
        subgraphs = thread.subgraphs
        started = await thread.run.start(input={"x": 1})
        seen: list[AsyncSubgraph] = []
        with pytest.raises(RunFailedError, match="kaboom") as caught:
            await kept(subgraphs, seen)
        [child] = seen
        assert (child.status, child.graph_name) == ("failed", "child")
        assert "kaboom" in (child.error or "")
        assert caught.value.run_id == started.run_id


async def kept(subgraphs: AsyncIterable[AsyncSubgraph], seen: list[AsyncSubgraph]) -> None:
    async for subgraph in subgraphs:
        assert await all_of(subgraph.messages) == []
        seen.append(subgraph)
