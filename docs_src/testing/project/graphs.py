"""The application that is tested: a graph with one node."""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    question: str
    answer: str


def build() -> StateGraph[State]:
    """Build the graph; `langgraph.json` would name it, too."""
    builder = StateGraph(State)
    builder.add_node("answer", lambda state: {"answer": state["question"].upper()})
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return builder
