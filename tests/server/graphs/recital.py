"""A model that says as many words as its input asks for, as fast as it can: many events."""

from typing import Any

from examples.quickstart.chat_model import WordByWordModel
from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph


class State(MessagesState, total=False):
    words: int


def recite(messages: Any) -> AIMessage:
    return AIMessage(" ".join(map(str, range(int(messages[-1].text)))))


speaker = WordByWordModel(script=recite, delay=0)


async def speak(state: State) -> dict[str, Any]:
    asked = [{"role": "user", "content": str(state["words"])}]
    return {"messages": [await speaker.ainvoke(asked)]}


builder = StateGraph(State)
builder.add_node("speak", speak)
builder.add_edge(START, "speak")
builder.add_edge("speak", END)
graph = builder.compile()
