"""`ValueError("kaboom")` inside the subgraph `child`."""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    x: int


async def ok_node(state: State) -> State:
    return {"x": state.get("x", 0) + 1}


async def fail_node(state: State) -> State:
    raise ValueError("kaboom")


child = StateGraph(State)
child.add_node("fail_node", fail_node)
child.add_edge(START, "fail_node")
child.add_edge("fail_node", END)

builder = StateGraph(State)
builder.add_node("ok_node", ok_node)
builder.add_node("child", child.compile())
builder.add_edge(START, "ok_node")
builder.add_edge("ok_node", "child")
builder.add_edge("child", END)
graph = builder.compile()
