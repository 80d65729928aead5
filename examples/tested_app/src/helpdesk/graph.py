"""The graph of the deployment: it answers word by word, and has refunds approved."""

from typing import TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt


class State(TypedDict, total=False):
    question: str
    approved: bool
    answer: str


def approve(state: State) -> State:
    """Ask a person, where money is concerned."""
    if "refund" not in state["question"].lower():
        return {"approved": True}
    return {"approved": interrupt({"question": state["question"]}) is True}


def answer(state: State) -> State:
    """Answer, and write each word as it is found."""
    text = "It is on its way." if state["approved"] else "I am sorry, we cannot do that."
    write = get_stream_writer()
    for word in text.split(" "):
        write(word)
    return {"answer": text}


builder = StateGraph(State)
builder.add_node("approve", approve)
builder.add_node("answer", answer)
builder.add_edge(START, "approve")
builder.add_edge("approve", "answer")
builder.add_edge("answer", END)
graph = builder.compile()
