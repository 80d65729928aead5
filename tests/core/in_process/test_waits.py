"""A run that would wait for ever for another run of its own server."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from tests.core.in_process.fake import FakeServer

from graphwire import get_client, get_sync_client
from graphwire.errors import NestedCallError

DEADLOCK = "Deadlock: run mine would wait for another run of its own server"


def paths(inside: FakeServer) -> list[str]:
    return [call["path"] for call in inside.calls]


@pytest.fixture
async def running(inside: FakeServer) -> FakeServer:
    inside.start()
    return inside


async def test_waiting_for_a_new_run_on_the_only_worker_is_refused_before_it_is_made(
    running: FakeServer,
) -> None:
    running.in_run("mine")
    for waiting in (
        get_client().runs.wait(None, "agent"),
        get_client().runs.wait("t", "agent"),
        asyncio.to_thread(get_sync_client().runs.wait, None, "agent"),
        anext(aiter(get_client().runs.stream(None, "agent"))),
    ):
        with pytest.raises(NestedCallError, match=f"{DEADLOCK}, whose only worker it occupies"):
            await waiting
    assert set(paths(running)) == {"/threads/t/runs/mine"}
    assert {call["as"] for call in running.calls} == {None}


async def test_a_run_that_is_started_and_left_alone_is_not_waited_for(running: FakeServer) -> None:
    running.in_run("mine")
    running.answer = (200, {"run_id": "r"})
    await get_client().request("POST", "/threads/t/runs", json={})
    assert paths(running) == ["/threads/t/runs"]


@pytest.mark.parametrize(
    ("status", "refused"),
    [("pending", "yes"), ("running", "yes"), ("success", ""), (None, "")],
)
async def test_joining_a_run_is_refused_while_it_has_something_to_do(
    running: FakeServer, status: str | None, refused: str
) -> None:
    running.in_run("mine")
    running.on_behalf_of("ada")
    if status is not None:
        running.statuses["other"] = status
    running.answer = (200, {"done": True})
    joining = get_client().runs.join("t", "other")
    if refused:
        with pytest.raises(NestedCallError, match=DEADLOCK):
            await joining
    else:
        assert await joining == {"done": True}
    asked = next(call for call in running.calls if call["path"] == "/threads/t/runs/other")
    assert asked["as"] == "ada"


async def test_code_outside_of_runs_may_wait(running: FakeServer) -> None:
    assert await get_client().runs.wait(None, "agent") == {}


async def test_code_that_outlives_its_run_may_wait(running: FakeServer) -> None:
    running.in_run("mine")
    running.statuses["mine"] = "success"
    assert await get_client().runs.wait(None, "agent") == {}


async def test_where_other_processes_take_runs_waiting_may_end(
    running: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "langgraph_runtime_inmem.queue")
    running.in_run("mine")
    assert await get_client().runs.wait(None, "agent") == {}


async def test_the_last_worker_is_refused_when_all_others_wait(running: FakeServer) -> None:
    running.configure(workers=2)
    client, held, waits = get_client(), asyncio.Event(), asyncio.Event()

    async def other() -> Any:
        running.in_run("other")
        return await client.runs.wait(None, "agent")

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/runs/wait":
            waits.set()
            await held.wait()
        await running.app(scope, receive, send)

    sys.modules["langgraph_api.server"].app = slow  # type: ignore[attr-defined]
    first = asyncio.create_task(other())
    await waits.wait()
    running.in_run("mine")
    with pytest.raises(NestedCallError, match="whose 2 workers it occupies together with runs"):
        await client.runs.wait(None, "agent")
    held.set()
    assert await first == {}
    assert await client.runs.wait(None, "agent") == {}  # the other one waits no more


async def test_a_run_that_follows_a_thread_may_not_start_what_it_follows(
    running: FakeServer,
) -> None:
    running.in_run("mine")
    client = get_client()
    start = {"id": 1, "method": "run.start", "params": {"assistant_id": "agent"}}
    assert await client.request("POST", "/threads/t/commands", json=start) == {}
    held = asyncio.Event()

    async def events(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/threads/t/stream":
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-type", b"text/event-stream")],
                }
            )
            await held.wait()
        await running.app(scope, receive, send)

    sys.modules["langgraph_api.server"].app = events  # type: ignore[attr-defined]
    async with client.threads.join_stream("t"):
        with pytest.raises(NestedCallError, match=DEADLOCK):
            await client.request("POST", "/threads/t/commands", json=start)
        command = {"id": 2, "method": "input.respond", "params": {}}
        assert await client.request("POST", "/threads/t/commands", json=command) == {}
    assert await client.request("POST", "/threads/t/commands", json=start) == {}


@pytest.mark.parametrize("status", ["pending", "success"])
async def test_a_run_may_follow_a_thread_on_which_nothing_waits_for_its_worker(
    running: FakeServer, status: str
) -> None:
    running.in_run("mine")
    running.statuses["other"] = status
    following = get_client().request("POST", "/threads/t/stream/events", json={})
    if status == "pending":
        with pytest.raises(NestedCallError, match=DEADLOCK):
            await following
    else:
        assert await following == {}
