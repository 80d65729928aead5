"""Everything at once: words, a tool, custom events, two levels of subgraphs, an interrupt.

The interrupt is left out when the input says `skip_interrupt`.
"""

import operator
from typing import Annotated, Any

from examples.quickstart.chat_model import WordByWordModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt


class State(MessagesState, total=False):
    items: Annotated[list[str], operator.add]
    trail: list[str]
    skip_interrupt: bool
    answer: Any


class SubState(MessagesState, total=False):
    """Without `items`: a reducer would count what the parent passed in once more."""

    trail: list[str]


@tool
def search(query: str) -> str:
    """Search for something."""
    return f"result for {query!r}"


speaker = WordByWordModel(script=lambda _: AIMessage("Hello there world"), delay=0.01)
nested_speaker = WordByWordModel(script=lambda _: AIMessage("Nested words here"), delay=0.01)
SEARCH = {"name": "search", "args": {"query": "streams"}, "id": "call-search"}
caller = WordByWordModel(script=lambda _: AIMessage("", tool_calls=[SEARCH]), delay=0.01)


async def stream_message(state: State) -> dict[str, Any]:
    return {"messages": [await speaker.ainvoke(state["messages"])], "items": ["stream_message"]}


async def ask_tool(state: State) -> dict[str, Any]:
    return {"messages": [await caller.ainvoke(state["messages"])], "items": ["ask_tool"]}


async def emit(state: State) -> dict[str, Any]:
    write = get_stream_writer()
    write({"step": 1, "of": 3})
    write("a plain string")
    write(3)
    return {"items": ["emit"]}


async def outer(state: SubState) -> dict[str, Any]:
    get_stream_writer()({"from": "child"})
    return {"trail": [*state.get("trail", []), "outer"]}


async def inner(state: SubState) -> dict[str, Any]:
    get_stream_writer()({"from": "nested"})
    await nested_speaker.ainvoke(state["messages"])
    return {"trail": [*state.get("trail", []), "inner"]}


async def approve(state: State) -> dict[str, Any]:
    if state.get("skip_interrupt"):
        return {"answer": "skipped"}
    return {"answer": interrupt({"question": "Are we good?"})}


async def finish(state: State) -> dict[str, Any]:
    return {"items": ["finish"]}


nested = StateGraph(SubState)
nested.add_node("inner", inner)
nested.add_edge(START, "inner")
nested.add_edge("inner", END)

child = StateGraph(SubState)
child.add_node("outer", outer)
child.add_node("nested", nested.compile())
child.add_edge(START, "outer")
child.add_edge("outer", "nested")
child.add_edge("nested", END)

builder = StateGraph(State)
builder.add_node("stream_message", stream_message)
builder.add_node("ask_tool", ask_tool)
builder.add_node("tools", ToolNode([search]))
builder.add_node("emit", emit)
builder.add_node("child", child.compile())
builder.add_node("approve", approve)
builder.add_node("finish", finish)
builder.add_edge(START, "stream_message")
builder.add_edge("stream_message", "ask_tool")
builder.add_edge("ask_tool", "tools")
builder.add_edge("tools", "emit")
builder.add_edge("emit", "child")
builder.add_edge("child", "approve")
builder.add_edge("approve", "finish")
builder.add_edge("finish", END)
graph = builder.compile()
