"""Tests on the real server; each begins with nothing in it."""

from typing import Any, TypedDict

from langgraph.graph import StateGraph

from graphwire import AsyncClient, Client
from graphwire_core.testing import RunningServer


def test_an_answer(graphwire_client: Client) -> None:
    state = graphwire_client.runs.wait(None, "agent", input={"question": "why?"})
    assert state["answer"] == "WHY?"


async def test_its_stream(graphwire_client: AsyncClient) -> None:
    thread = await graphwire_client.threads.create()
    stream = graphwire_client.runs.stream(thread.thread_id, "agent", input={"question": "why?"})
    states: list[Any] = [part.data async for part in stream if part.event == "values"]
    assert states[-1]["answer"] == "WHY?"
    assert await graphwire_client.threads.count() == 1


class State(TypedDict, total=False):
    question: str
    answer: str


def silent() -> StateGraph[State]:
    """A stand-in, registered for one test."""
    builder = StateGraph(State)
    builder.add_node("nothing", lambda _: {"answer": ""})
    builder.set_entry_point("nothing")
    return builder


def test_a_graph_is_replaced(graphwire_server: RunningServer, graphwire_client: Client) -> None:
    graphwire_server.register("agent", silent)
    state = graphwire_client.runs.wait(None, "agent", input={"question": "why?"})
    assert state["answer"] == ""
