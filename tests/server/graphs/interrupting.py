"""One interrupt; the state ends with its answer."""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class State(TypedDict, total=False):
    topic: str
    answer: Any


async def ask(state: State) -> State:
    return {"answer": interrupt({"question": "Go on?", "topic": state.get("topic")})}


builder = StateGraph(State)
builder.add_node("ask", ask)
builder.add_edge(START, "ask")
builder.add_edge("ask", END)
graph = builder.compile()
