"""A question in one node, while the other of the same step goes on working for `seconds`."""

import asyncio
from typing import Any

from examples.quickstart.chat_model import WordByWordModel
from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.types import interrupt


class State(MessagesState, total=False):
    seconds: float
    answer: Any


speaker = WordByWordModel(script=lambda _: AIMessage("Work is done"), delay=0.01)


async def ask(state: State) -> dict[str, Any]:
    return {"answer": interrupt("Go on?")}


async def work(state: State) -> dict[str, Any]:
    await asyncio.sleep(state["seconds"])
    return {"messages": [await speaker.ainvoke(state["messages"])]}


builder = StateGraph(State)
for name, action in (("ask", ask), ("work", work)):
    builder.add_node(name, action)
    builder.add_edge(START, name)
    builder.add_edge(name, END)
graph = builder.compile()
