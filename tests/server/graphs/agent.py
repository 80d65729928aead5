"""`agent` and `tools` in turn: a streamed tool call, its result, a streamed answer."""

from typing import Any

from examples.quickstart.chat_model import WordByWordModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition


@tool
def get_weather(city: str) -> str:
    """Look up the weather in a city."""
    return f"It is sunny in {city}."


def reply(messages: Any) -> AIMessage:
    if isinstance(messages[-1], ToolMessage):
        usage = {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}
        return AIMessage(f"The tool says: {messages[-1].text}", usage_metadata=usage)
    call = {"name": "get_weather", "args": {"city": "Los Angeles"}, "id": "call-1"}
    return AIMessage("Let me check.", tool_calls=[call])


model = WordByWordModel(script=reply, delay=0.01)


async def agent(state: MessagesState) -> MessagesState:
    return {"messages": [await model.ainvoke(state["messages"])]}


builder = StateGraph(MessagesState)
builder.add_node("agent", agent)
builder.add_node("tools", ToolNode([get_weather]))
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", tools_condition, ["tools", END])
builder.add_edge("tools", "agent")
graph = builder.compile()
