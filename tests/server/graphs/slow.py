"""`count` custom events, `delay` seconds between two of them: something to cancel or to join."""

import asyncio
from typing import TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    count: int
    delay: float
    done: int


async def tick(state: State) -> State:
    write = get_stream_writer()
    count = state.get("count", 3)
    for i in range(count):
        write({"i": i})
        await asyncio.sleep(state.get("delay", 0.05))
    return {"done": count}


builder = StateGraph(State)
builder.add_node("tick", tick)
builder.add_edge(START, "tick")
builder.add_edge("tick", END)
graph = builder.compile()
