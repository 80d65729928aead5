"""A graph that answers with what it was given, and says what its own checkpointer keeps."""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    text: str
    answer: str


def echo(state: State) -> State:
    return {"answer": f"heard: {state.get('text', '')}"}


builder = StateGraph(State)
builder.add_node("echo", echo)
builder.add_edge(START, "echo")
builder.add_edge("echo", END)
graph = builder.compile()
