"""A graph that says who runs it."""

from typing import TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    text: str
    user: str
    org: str


def echo(state: State, config: RunnableConfig) -> State:
    user = config["configurable"]["langgraph_auth_user"]
    return {"text": state.get("text", ""), "user": user.identity, "org": user["org"]}


builder = StateGraph(State)
builder.add_node("echo", echo)
builder.add_edge(START, "echo")
builder.add_edge("echo", END)
graph = builder.compile()
