"""Two models that speak at the same time, in the same graph."""

from typing import Any

from examples.quickstart.chat_model import WordByWordModel
from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph

high = WordByWordModel(script=lambda _: AIMessage("la la la la"), delay=0.02)
low = WordByWordModel(script=lambda _: AIMessage("bom bom bom bom"), delay=0.02)


async def soprano(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await high.ainvoke(state["messages"])]}


async def bass(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await low.ainvoke(state["messages"])]}


builder = StateGraph(MessagesState)
for name, voice in (("soprano", soprano), ("bass", bass)):
    builder.add_node(name, voice)
    builder.add_edge(START, name)
    builder.add_edge(name, END)
graph = builder.compile()
