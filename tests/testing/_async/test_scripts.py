"""The scripted stream server: what a client sees of events, delays, drops, holds and interrupts."""

from __future__ import annotations

import time
from typing import Any

import pytest

from graphwire import AsyncClient, get_client
from graphwire_core.errors import (
    ConfigurationError,
    InvalidArgumentError,
    NotFoundError,
    RunFailedError,
    StreamInterrupted,
)
from graphwire_core.testing import (
    Delay,
    Drop,
    Event,
    Fail,
    Heartbeat,
    Hold,
    Interrupt,
    StreamServer,
)

NUMBERS = [Event("values", {"n": number}) for number in range(5)]


def client_of(server: StreamServer) -> AsyncClient:
    return get_client(server.url, api_key=None, trust_env=False)


async def data_of(client: AsyncClient, thread: str | None, **options: Any) -> list[Any]:
    """Return the data of the `values` of a run."""
    stream = client.runs.stream(thread, "agent", **options)
    return [part.data async for part in stream if part.event == "values"]


async def test_a_run_says_what_the_script_says_and_names_itself_first() -> None:
    with StreamServer(NUMBERS) as server:
        async with client_of(server) as client:
            assert (await client.server.ok()).ok
            stream = client.runs.stream(None, "agent", input={"a": 1})
            parts = [part async for part in stream]
            assert parts[0].event == "metadata"
            assert parts[0].data["run_id"] == stream.run_id
            assert [part.data for part in parts[1:]] == [step.data for step in NUMBERS]
        assert server.calls[1].json["input"] == {"a": 1}


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
async def test_a_dropped_stream_is_resumed_and_nothing_is_lost_or_repeated(reset: bool) -> None:  # noqa: FBT001  # a parameter of the test
    script = [Heartbeat(), NUMBERS[0], NUMBERS[1], Drop(reset=reset), *NUMBERS[2:]]
    with StreamServer(script) as server:
        async with client_of(server) as client:
            thread = await client.threads.create(metadata={"owner": "ada"})
            seen = await data_of(client, thread.thread_id, stream_resumable=True)
            assert seen == [{"n": number} for number in range(5)]
            again = await client.threads.get(thread.thread_id)
        assert (again.status, again.values, again.metadata) == ("idle", {"n": 4}, {"owner": "ada"})
        resumed = [call for call in server.calls if "last-event-id" in call.headers]
        assert len(resumed) == 1
        assert resumed[0].path.endswith("/stream")


async def test_a_run_that_is_not_resumable_has_no_ids() -> None:
    with StreamServer(NUMBERS) as server:
        async with client_of(server) as client:
            parts = [part async for part in client.runs.stream(None, "agent")]
            assert {part.id for part in parts} == {None}


async def test_drops_without_an_end_are_an_interruption() -> None:
    with StreamServer([NUMBERS[0], *[Drop()] * 40]) as server:
        async with client_of(server) as client:
            with pytest.raises(StreamInterrupted):
                await data_of(client, None)


async def test_an_interrupt_ends_the_run_and_the_next_one_goes_on_with_the_script() -> None:
    script = [NUMBERS[0], Interrupt({"question": "Go on?"}, id="i1"), NUMBERS[1]]
    with StreamServer(script) as server:
        async with client_of(server) as client:
            thread = (await client.threads.create()).thread_id
            first = await data_of(client, thread)
            assert first[-1]["__interrupt__"] == [{"value": {"question": "Go on?"}, "id": "i1"}]
            state = await client.threads.get_state(thread)
            assert [asked.value for asked in state.interrupts] == [{"question": "Go on?"}]
            assert (state.next, state.values) == (["node"], {"n": 0})
            assert (await client.threads.get(thread)).status == "interrupted"
            assert await data_of(client, thread, command={"resume": "yes"}) == [{"n": 1}]
            assert (await client.threads.get(thread)).status == "idle"
            assert await data_of(client, thread) == first  # from its beginning


async def test_updates_ask_too_where_they_are_asked_for() -> None:
    with StreamServer([Interrupt("Go on?")]) as server:
        async with client_of(server) as client:
            stream = client.runs.stream(None, "agent", stream_mode="updates", version="v2")
            parts = [part async for part in stream]
    assert [part.type for part in parts] == ["metadata", "updates"]
    assert [asked.value for asked in parts[1].interrupts] == ["Go on?"]


async def test_a_failure_ends_the_run() -> None:
    with StreamServer([NUMBERS[0], Fail("KeyError", "gone")]) as server:
        async with client_of(server) as client:
            with pytest.raises(RunFailedError, match="KeyError: gone"):
                await data_of(client, None, raise_on_error=True)
            with pytest.raises(RunFailedError, match="KeyError: gone"):
                await client.runs.wait(None, "agent")


async def test_a_delay_takes_its_time_and_a_held_run_waits_for_the_test() -> None:
    with StreamServer([NUMBERS[0], Hold(), NUMBERS[1], Delay(0.2), NUMBERS[2]]) as server:
        async with client_of(server) as client:
            numbers, moments = [], []
            async for part in client.runs.stream(None, "agent"):
                if part.event != "values":
                    continue
                numbers.append(part.data["n"])
                moments.append(time.monotonic())
                if part.data["n"] == 0:
                    server.release()
    assert numbers == [0, 1, 2]
    assert moments[2] - moments[1] > 0.15


async def test_a_run_is_cancelled_while_it_is_held() -> None:
    with StreamServer([NUMBERS[0], Hold(), NUMBERS[1]]) as server:
        async with client_of(server) as client:
            thread = (await client.threads.create()).thread_id
            seen = []
            stream = client.runs.stream(thread, "agent")
            async for part in stream:
                seen.append(part.event)
                if part.event == "values":
                    await stream.cancel()
            assert seen == ["metadata", "values"]
            run = await client.runs.get(thread, stream.run_id or "")
            assert run.status == "interrupted"


async def test_a_run_is_waited_for_and_joined() -> None:
    with StreamServer([*NUMBERS, Interrupt("Go on?")]) as server:
        async with client_of(server) as client:
            waited = await client.runs.wait(None, "agent", input={})
            assert waited == {
                "n": 4,
                "__interrupt__": [{"value": "Go on?", "id": "interrupt-1"}],
            }
            thread = (await client.threads.create()).thread_id
            run = await client.runs.create(thread, "agent")
            assert run.status == "running"
            joined = [part.event async for part in client.runs.join_stream(thread, run.run_id)]
            assert joined == ["metadata", *["values"] * 6]


async def test_what_the_server_does_not_know_is_a_404_that_says_so() -> None:
    with StreamServer([]) as server:
        async with client_of(server) as client:
            with pytest.raises(NotFoundError, match="knows nothing of POST /crons/search"):
                await client.request("POST", "/crons/search", json={})
            with pytest.raises(NotFoundError, match="Thread not found"):
                await client.threads.get("t")
            with pytest.raises(NotFoundError, match="Run not found"):
                await client.runs.get("t", "r")


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        ("text", ConfigurationError, "script: expected a list of steps, got str 'text'"),
        ([Delay(1), "x"], ConfigurationError, r"script\[1\]: expected one of Event, Delay, Hold"),
        ([Event("a", {"b": object()})], InvalidArgumentError, r"data\.b: expected a value with a"),
    ],
)
def test_a_wrong_script_is_refused(script: Any, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        StreamServer(script)
