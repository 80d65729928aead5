"""Add `amount` to a running total and note it; two nodes, so that the history has steps."""

import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    amount: int
    total: Annotated[int, operator.add]
    notes: Annotated[list[str], operator.add]


async def add(state: State) -> State:
    return {"total": state.get("amount", 1)}


async def note(state: State) -> State:
    return {"notes": [f"total {state['total']}"]}


builder = StateGraph(State)
builder.add_node("add", add)
builder.add_node("note", note)
builder.add_edge(START, "add")
builder.add_edge("add", "note")
builder.add_edge("note", END)
graph = builder.compile()
