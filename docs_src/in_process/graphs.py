"""A graph that hands its work to another graph of the same deployment."""

from typing import TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from graphwire import get_client

client = get_client()  # no URL: the server that runs this graph


class State(TypedDict, total=False):
    topics: list[str]
    report: list[str]


async def research(state: State) -> State:
    write = get_stream_writer()
    for topic in state["topics"]:
        write({"reading": topic})
    return {"report": [f"all about {topic}" for topic in state["topics"]]}


async def delegate(state: State) -> State:
    write = get_stream_writer()
    thread = await client.threads.create(metadata={"purpose": "research"})
    async with client.runs.stream(
        thread.thread_id, "researcher", input={"topics": state["topics"]}, stream_mode="custom"
    ) as stream:
        async for part in stream:
            if part.event == "custom":
                write({"researcher": part.data})  # as it happens
    found = await client.threads.get_state(thread.thread_id)
    await client.store.put_item(["reports"], thread.thread_id, {"report": found.values["report"]})
    return {"report": found.values["report"]}


builder = StateGraph(State)
builder.add_node("research", research)
builder.add_edge(START, "research")
builder.add_edge("research", END)
researcher = builder.compile()

builder = StateGraph(State)
builder.add_node("delegate", delegate)
builder.add_edge(START, "delegate")
builder.add_edge("delegate", END)
supervisor = builder.compile()
