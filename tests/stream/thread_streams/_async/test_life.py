"""Entering, leaving, waiting no longer than asked, and what is refused at the call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.stream.thread_streams._async.opening import AsyncOpening, all_of

from graphwire import AsyncClient
from graphwire.errors import (
    ConfigurationError,
    InvalidArgumentError,
    NotFoundError,
    RequestTimeout,
    SlowConsumerError,
    StreamError,
    UnprocessableEntityError,
)
from graphwire_stream import AsyncThreadStream

SLOW = {"count": 100, "delay": 0.1}


async def test_a_stream_shows_its_state(opened: AsyncOpening) -> None:
    thread = opened(assistant_id="counter")
    assert repr(thread) == (
        f"<{type(thread).__name__} not entered thread={thread.thread_id} no run>"
    )
    async with thread:
        assert f"open thread={thread.thread_id} no run" in repr(thread)
        run = await thread.run.start(input={"amount": 1})
        assert f"run={run.run_id} pending" in repr(thread)
        assert (await thread.output)["total"] == 1
        assert f"run={run.run_id} completed" in repr(thread)
    assert "closed" in repr(thread)


async def test_a_silent_run_is_waited_for_no_longer_than_asked(opened: AsyncOpening) -> None:
    async with opened(assistant_id="slow") as thread:
        await thread.run.start(input=SLOW)
        with pytest.raises(RequestTimeout, match=r"not complete within 0\.2 s"):
            await thread.result(0.2)
        with pytest.raises(RequestTimeout, match=r"not complete within 0\.3 s"):
            await thread.values.get(timeout=0.3)
    async with opened(thread.thread_id, assistant_id="slow", timeout=0.3) as impatient:
        with pytest.raises(RequestTimeout, match=r"Nothing came within 0\.3 s"):
            await all_of(impatient.values)
        with pytest.raises(RequestTimeout, match=r"Nothing came within 0\.3 s"):
            assert await impatient.output


async def test_a_message_is_waited_for_no_longer_than_asked(opened: AsyncOpening) -> None:
    async with opened(assistant_id="recital") as thread:
        await thread.run.start(input={"words": 5000})
        async for message in thread.messages:
            with pytest.raises(RequestTimeout, match=r"not complete within 0\.02 s"):
                await message.text.get(timeout=0.02)
            assert not message.done
            break


async def test_a_reader_that_falls_behind_is_dropped_alone(opened: AsyncOpening) -> None:
    async with opened(assistant_id="recital", max_lag=150) as thread:
        await thread.run.start(input={"words": 1000})
        behind = thread.text().__aiter__()
        assert await anext(behind) == "0"
        kept = "".join(await all_of(thread.text()))
        with pytest.raises(SlowConsumerError, match=r"fell \d+ events behind"):
            await all_of(behind)
        assert "".join(await all_of(thread.text())) == kept

    assert kept == " ".join(map(str, range(1000)))


async def test_the_graph_of_the_agent_is_at_hand(past: AsyncOpening) -> None:
    async with past("full") as thread:
        plain = await thread.agent.get_tree()
        deep = await thread.agent.get_tree(xray=True, headers={"x-test": "1"}, params={"t": 1})

    names = {node.id for node in plain.nodes}
    assert {"stream_message", "child", "finish"} <= names
    assert "child:nested:inner" in {node.id for node in deep.nodes}


UNUSABLE: dict[str, Callable[[AsyncThreadStream], Any]] = {
    "messages": lambda thread: thread.messages,
    "text": lambda thread: thread.text(),
    "tool_calls": lambda thread: thread.tool_calls,
    "subgraphs": lambda thread: thread.subgraphs,
    "subagents": lambda thread: thread.subagents,
    "values": lambda thread: thread.values,
    "extensions": lambda thread: thread.extensions,
    "events": lambda thread: thread.events,
    "subscribe": lambda thread: thread.subscribe(["values"]),
    "interleave_projections": lambda thread: thread.interleave_projections(["values"]),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_projection_needs_a_stream_that_is_entered(client: AsyncClient, name: str) -> None:
    thread = client.threads.stream(assistant_id="counter")
    with pytest.raises(StreamError, match="is not entered: use `"):
        UNUSABLE[name](thread)
    async with thread:
        assert "InvalidArgument" not in repr(UNUSABLE[name](thread))
    with pytest.raises(StreamError, match="is closed"):
        UNUSABLE[name](thread)


async def test_a_run_needs_a_stream_that_is_entered(client: AsyncClient) -> None:
    thread = client.threads.stream(assistant_id="counter")
    for state in ("is not entered", "is closed"):
        with pytest.raises(StreamError, match=state):
            await thread.run.start(input={"amount": 1})
        with pytest.raises(StreamError, match=state):
            await thread.run({"amount": 1})
        with pytest.raises(StreamError, match=state):
            await thread.run.respond(1)
        with pytest.raises(StreamError, match=state):
            await thread.run.respond_all([1])
        with pytest.raises(StreamError, match=state):
            assert await thread.output
        with pytest.raises(StreamError, match=state):
            await thread.agent.get_tree()
        await thread.aclose()
    with pytest.raises(StreamError, match="is closed: make another one"):
        await thread.__aenter__()


async def test_a_stream_is_entered_once(client: AsyncClient) -> None:
    async with client.threads.stream(assistant_id="counter") as thread:
        with pytest.raises(StreamError, match="is open: make another one"):
            await thread.__aenter__()


async def test_leaving_ends_what_is_still_read(opened: AsyncOpening) -> None:
    async with opened(assistant_id="slow") as thread:
        await thread.run.start(input=SLOW)
        states = thread.values.__aiter__()
        assert await anext(states) == SLOW
    with pytest.raises(StreamError, match="was closed"):
        await anext(states)


async def test_there_is_no_output_without_a_run(client: AsyncClient) -> None:
    async with client.threads.stream(assistant_id="counter") as thread:
        with pytest.raises(StreamError, match=r"no run to wait for: call run\.start\(\) first"):
            assert await thread.output


async def test_a_run_that_the_server_refuses_is_forgotten(opened: AsyncOpening) -> None:
    async with opened(assistant_id="no-such-assistant") as refused:
        with pytest.raises(UnprocessableEntityError, match="Invalid assistant"):
            await refused.run.start(input={})
        assert "no run" in repr(refused)
    async with opened("no-uuid", assistant_id="counter") as thread:
        with pytest.raises(UnprocessableEntityError, match="Invalid thread ID"):
            await thread.run.start(input={}, resume=True)


Refusal = tuple[Callable[[AsyncClient], Any], str]
REFUSED: dict[str, Refusal] = {
    "thread_id": (
        lambda client: client.threads.stream("", assistant_id="a"),
        "thread_id: expected an id",
    ),
    "assistant_id": (
        lambda client: client.threads.stream(assistant_id=""),
        "assistant_id: expected an id",
    ),
    "timeout": (
        lambda client: client.threads.stream(assistant_id="a", timeout=0),
        "timeout: expected a number above 0",
    ),
    "run_start_timeout": (
        lambda client: client.threads.stream(assistant_id="a", run_start_timeout=False),
        "run_start_timeout: expected a number above 0, got bool False",
    ),
    "max_lag": (
        lambda client: client.threads.stream(assistant_id="a", max_lag=99),
        "max_lag: expected 100 or more, got int 99",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_wrong_option_is_refused_by_its_name(client: AsyncClient, name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises(InvalidArgumentError, match=message):
        call(client)


async def test_an_unknown_transport_is_told_which_there_are(client: AsyncClient) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client.threads.stream(assistant_id="a", transport="carrier-pigeon")
    assert "'carrier-pigeon' is not registered" in str(caught.value)
    assert "'sse' (built in), 'websocket' (built in)" in str(caught.value)


@pytest.fixture
async def entered(client: AsyncClient) -> AsyncIterator[AsyncThreadStream]:
    async with client.threads.stream(assistant_id="a") as thread:
        yield thread


WRONG: dict[str, tuple[Callable[[AsyncThreadStream], Any], str]] = {
    "no channel": (
        lambda thread: thread.subscribe([]),
        "channels: expected at least one channel",
    ),
    "an unknown channel": (
        lambda thread: thread.subscribe(["values", "valus"]),
        r"channels\[1\]: expected one of 'values'.*got str 'valus'",
    ),
    "a channel without a name": (
        lambda thread: thread.subscribe(["custom:"]),
        r"channels\[0\]: expected one of",
    ),
    "channels as a text": (
        lambda thread: thread.subscribe("values"),
        "channels: expected a list of channels",
    ),
    "namespaces as a text": (
        lambda thread: thread.subscribe(["values"], namespaces="desk"),
        "namespaces: expected a list of namespaces",
    ),
    "a namespace as a text": (
        lambda thread: thread.subscribe(["values"], namespaces=["desk"]),
        r"namespaces\[0\]: expected a list of str",
    ),
    "a depth below 0": (
        lambda thread: thread.subscribe(["values"], depth=-1),
        "depth: expected an int of 0 or more",
    ),
    "an extension without a name": (
        lambda thread: thread.extensions[""],
        "extensions: expected the name of a channel",
    ),
    "a channel that is no projection": (
        lambda thread: thread.interleave_projections(["values", "tools"]),
        r"channels\[1\]: expected 'values'.*tools are 'tool_calls'",
    ),
    "an empty projection": (
        lambda thread: thread.interleave_projections([""]),
        r"channels\[0\]: expected 'values'",
    ),
    "projections as a text": (
        lambda thread: thread.interleave_projections("values"),
        "channels: expected a list of names",
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_wrong_arguments_are_refused_at_the_call(
    entered: AsyncThreadStream, name: str
) -> None:
    call, message = WRONG[name]
    with pytest.raises(InvalidArgumentError, match=message):
        call(entered)


async def test_wrong_arguments_of_a_run_are_refused_before_anything_is_sent(
    entered: AsyncThreadStream,
) -> None:
    with pytest.raises(InvalidArgumentError, match="config: expected a mapping"):
        await entered.run.start(config="blue")  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(InvalidArgumentError, match="multitask_strategy: expected"):
        await entered.run.start(multitask_strategy="later")  # type: ignore[arg-type]  # the same
    with pytest.raises(InvalidArgumentError, match="timeout: expected a number above 0"):
        await entered.run(None, timeout=0)
    with pytest.raises(InvalidArgumentError, match="timeout: expected a number above 0"):
        await entered.result(-1)
    assert "no run" in repr(entered)


async def test_a_thread_that_is_gone_is_not_there(client: AsyncClient) -> None:
    gone = await client.threads.create()
    await client.threads.delete(gone.thread_id)
    async with client.threads.stream(gone.thread_id, assistant_id="counter") as thread:
        with pytest.raises(NotFoundError):
            assert await thread.output
        assert thread.interrupts == []
