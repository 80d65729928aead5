"""One good node, then `ValueError("kaboom")`."""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    x: int


async def ok_node(state: State) -> State:
    return {"x": state.get("x", 0) + 1}


async def fail_node(state: State) -> State:
    raise ValueError("kaboom")


builder = StateGraph(State)
builder.add_node("ok_node", ok_node)
builder.add_node("fail_node", fail_node)
builder.add_edge(START, "ok_node")
builder.add_edge("ok_node", "fail_node")
builder.add_edge("fail_node", END)
graph = builder.compile()
