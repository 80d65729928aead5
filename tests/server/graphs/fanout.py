"""`count` workers at once, each a subgraph of its own, sent off with `Send`."""

import operator
from typing import Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send


class State(TypedDict, total=False):
    count: int
    notes: Annotated[list[str], operator.add]


class Work(TypedDict, total=False):
    i: int
    notes: Annotated[list[str], operator.add]


async def work(state: Work) -> Work:
    return {"notes": [f"worker {state['i']}"]}


def dispatch(state: State) -> list[Send]:
    return [Send("worker", {"i": i}) for i in range(state.get("count", 3))]


worker = StateGraph(Work)
worker.add_node("work", work)
worker.add_edge(START, "work")
worker.add_edge("work", END)

builder = StateGraph(State)
builder.add_node("worker", worker.compile())
builder.add_conditional_edges(START, dispatch, ["worker"])
builder.add_edge("worker", END)
graph = builder.compile()
