"""Nodes that use the cache of the server that they run in."""

from datetime import timedelta
from typing import TypedDict

from langgraph.graph import END, START, StateGraph

from graphwire_core.cache import swr, sync_swr


class State(TypedDict, total=False):
    city: str
    celsius: int
    statuses: list[str]


async def fetch() -> int:
    return 21


async def forecast(state: State) -> State:
    key = f"forecast:{state['city']}"
    result = await swr(key, fetch, fresh_for=timedelta(minutes=10), model=int)
    return {"celsius": result.value, "statuses": [result.status]}


def advise(state: State) -> State:
    result = sync_swr(f"advice:{state['city']}", lambda: "no coat", fresh_for=600)
    return {"statuses": [*state["statuses"], result.status]}


builder = StateGraph(State)
builder.add_node("forecast", forecast)
builder.add_node("advise", advise)
builder.add_edge(START, "forecast")
builder.add_edge("forecast", "advise")
builder.add_edge("advise", END)
graph = builder.compile()
