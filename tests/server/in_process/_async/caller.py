"""A graph whose node calls its own server. The client is made while the server is being started."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from graphwire import get_client
from graphwire.errors import GraphwireError

client = get_client()
Given = dict[str, Any]


class State(TypedDict, total=False):
    task: str
    given: Given
    found: Any


async def stream(given: Given) -> Any:
    """Stream a run that goes on only when its last event was seen here."""
    steps, key = [], given["key"]
    async with client.runs.stream(
        None, "steps", input={"key": key, "count": 3}, stream_mode="custom"
    ) as events:
        async for part in events:
            if part.event == "custom":
                steps.append(part.data["step"])
                await client.store.put_item(["steps", key], str(part.data["step"]), {"seen": True})
    return steps


async def leave(given: Given) -> Any:
    """Leave a stream early; its run, which would wait for ever, is cancelled by the server."""
    thread = await client.threads.create()
    async with client.runs.stream(
        thread.thread_id,
        "steps",
        input={"key": given["key"], "count": 1},
        stream_mode="custom",
        on_disconnect="cancel",
    ) as events:
        async for part in events:
            if part.event == "custom":
                break
        run_id = str(events.run_id)
    await client.runs.join(thread.thread_id, run_id)
    return (await client.runs.get(thread.thread_id, run_id)).status


async def thread_stream(given: Given) -> Any:
    async with client.threads.stream(assistant_id="steps") as thread:
        await thread.run.start(input={"count": 0})
        return await thread.output


async def wait(given: Given) -> Any:
    return await client.runs.wait(None, "steps", input={"count": 0})


async def start_and_join(given: Given) -> Any:
    thread = await client.threads.create()
    run = await client.runs.create(thread.thread_id, "steps", input={"count": 0})
    return await client.runs.join(thread.thread_id, run.run_id)


async def start(given: Given) -> Any:
    thread = await client.threads.create(metadata={"key": given["key"]})
    await client.runs.create(thread.thread_id, "steps", input={"count": 0})
    return thread.thread_id


async def state(given: Given) -> Any:
    thread = await client.threads.create(graph_id="steps")
    await client.threads.update_state(thread.thread_id, {"done": 7}, as_node="take_steps")
    return (await client.threads.get_state(thread.thread_id)).values


async def store(given: Given) -> Any:
    namespace = ["notes", given["key"]]
    await client.store.put_item(namespace, "one", {"text": "hello"})
    items = await client.store.search_items(namespace)
    return [item.value for item in items]


async def owner(given: Given) -> Any:
    thread = await client.threads.create()
    return thread.metadata.get("owner")


async def owner_of_others(given: Given) -> Any:
    named = await client.acting_as(given["user"], permissions=["write"]).threads.create()
    own = await client.as_system().threads.create()
    return [named.metadata.get("owner"), own.metadata.get("owner")]


async def owner_of_a_run(given: Given) -> Any:
    thread = await client.threads.create()
    run = await client.runs.create(thread.thread_id, "steps", input={"count": 0})
    return run.metadata.get("owner")


async def read(given: Given) -> Any:
    return (await client.threads.get(given["thread_id"])).thread_id


TASKS: dict[str, Callable[[Given], Awaitable[Any]]] = {
    task.__name__: task
    for task in (
        stream,
        leave,
        thread_stream,
        wait,
        start_and_join,
        start,
        state,
        store,
        owner,
        owner_of_others,
        owner_of_a_run,
        read,
    )
}


async def call(state: State) -> State:
    try:
        return {"found": await TASKS[state["task"]](state.get("given", {}))}
    except GraphwireError as error:
        return {"found": f"{type(error).__name__}: {error}"}


builder = StateGraph(State)
builder.add_node("call", call)
builder.add_edge(START, "call")
builder.add_edge("call", END)
graph = builder.compile()
