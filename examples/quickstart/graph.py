"""A weather agent that needs no network and no key.

`agent` asks for a tool, `tools` runs it, the subgraph `report` writes a draft and reports its
progress, `approve` interrupts to ask the user, and `answer` acts on what the user said.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt

if TYPE_CHECKING:  # seen from the repository root; a running server sees this folder
    from examples.quickstart.chat_model import WordByWordModel
else:
    from chat_model import WordByWordModel

NICKNAMES = {"la": "Los Angeles", "sf": "San Francisco", "nyc": "New York"}
WEATHER = {
    "Los Angeles": "sunny, 24 °C",
    "San Francisco": "foggy, 15 °C",
    "New York": "windy, 18 °C",
    "London": "rainy, 12 °C",
}


class State(MessagesState, total=False):
    draft: str
    approval: str


@tool
async def get_weather(city: str) -> str:
    """Look up the weather in a city."""
    write = get_stream_writer()
    for percent in (0, 50, 100):
        write({"progress": f"weather station of {city}", "percent": percent})
        await asyncio.sleep(0.05)
    return f"{city}: {WEATHER.get(city, 'mild, 20 °C')}"


def city_of(messages: Sequence[BaseMessage]) -> str:
    """Find the city that the latest question names, such as `weather in la`."""
    question = next(m.text for m in reversed(messages) if isinstance(m, HumanMessage))
    found = re.search(r"\b(?:in|for|at)\s+([a-z][a-z .'-]*)", question, re.IGNORECASE)
    name = found.group(1).strip(" .") if found else "la"
    return NICKNAMES.get(name.lower(), name.title())


def ask_for_the_tool(messages: Sequence[BaseMessage]) -> AIMessage:
    city = city_of(messages)
    call = {"name": "get_weather", "args": {"city": city}, "id": "call-weather"}
    return AIMessage(f"Let me look up the weather in {city}.", tool_calls=[call])


def write_the_draft(messages: Sequence[BaseMessage]) -> AIMessage:
    measured = next(m.text for m in reversed(messages) if isinstance(m, ToolMessage))
    city, _, weather = measured.partition(": ")
    return AIMessage(f"Right now it is {weather} in {city}.")


def thank(messages: Sequence[BaseMessage]) -> AIMessage:
    return AIMessage(f"Approved. {messages[-1].text} Enjoy your day in {city_of(messages)}!")


def step_back(_messages: Sequence[BaseMessage]) -> AIMessage:
    return AIMessage("Understood, I keep the report to myself.")


async def agent(state: State) -> State:
    return {"messages": [await WordByWordModel(script=ask_for_the_tool).ainvoke(state["messages"])]}


async def write(state: State) -> State:
    get_stream_writer()({"progress": "writing the report", "percent": 0})
    draft = await WordByWordModel(script=write_the_draft).ainvoke(state["messages"])
    return {"messages": [draft], "draft": draft.text}


async def approve(state: State) -> dict[str, str]:
    answer = interrupt({"question": "May I send this report?", "draft": state["draft"]})
    return {"approval": str(answer)}


async def answer(state: State) -> State:
    approved = state["approval"].strip().lower() in {"y", "yes", "ok", "true"}
    model = WordByWordModel(script=thank if approved else step_back)
    return {"messages": [await model.ainvoke(state["messages"])]}


report = StateGraph(State)
report.add_node("write", write)
report.add_edge(START, "write")
report.add_edge("write", END)

builder = StateGraph(State)
builder.add_node("agent", agent)
builder.add_node("tools", ToolNode([get_weather]))
builder.add_node("report", report.compile())
builder.add_node("approve", approve)
builder.add_node("answer", answer)
builder.add_edge(START, "agent")
builder.add_edge("agent", "tools")
builder.add_edge("tools", "report")
builder.add_edge("report", "approve")
builder.add_edge("approve", "answer")
builder.add_edge("answer", END)
graph = builder.compile()
