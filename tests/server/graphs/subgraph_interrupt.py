"""An interrupt inside the subgraph `child`."""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class State(TypedDict, total=False):
    answer: Any
    done: bool


async def ask(state: State) -> State:
    return {"answer": interrupt({"question": "Deep down?"})}


async def finish(state: State) -> State:
    return {"done": True}


child = StateGraph(State)
child.add_node("ask", ask)
child.add_edge(START, "ask")
child.add_edge("ask", END)

builder = StateGraph(State)
builder.add_node("child", child.compile())
builder.add_node("finish", finish)
builder.add_edge(START, "child")
builder.add_edge("child", "finish")
builder.add_edge("finish", END)
graph = builder.compile()
