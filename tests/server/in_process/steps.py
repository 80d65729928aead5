"""`count` custom events; each waits until the store says that the one before was seen."""

import asyncio
from typing import TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from graphwire import get_client

PATIENCE = 400
client = get_client()


class State(TypedDict, total=False):
    key: str
    count: int
    done: int


async def take_steps(state: State) -> State:
    count = state.get("count", 0)
    for step in range(count):
        get_stream_writer()({"step": step})
        await seen(state["key"], step)
    return {"done": count}


async def seen(key: str, step: int) -> None:
    for _ in range(PATIENCE):
        if await client.store.get_item(["steps", key], str(step)):
            return
        await asyncio.sleep(0.05)
    raise TimeoutError(f"nobody has seen step {step}")


builder = StateGraph(State)
builder.add_node("take_steps", take_steps)
builder.add_edge(START, "take_steps")
builder.add_edge("take_steps", END)
graph = builder.compile()
