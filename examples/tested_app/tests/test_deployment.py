"""The deployment on the real server, as `langgraph.json` has it."""

from typing import TypedDict

from helpdesk import Desk
from langgraph.graph import StateGraph

from graphwire import AsyncClient, Client
from graphwire_core.testing import RunningServer


async def test_an_answer_comes_word_by_word(graphwire_client: AsyncClient) -> None:
    desk = Desk(graphwire_client)
    thread = await desk.open("ada")
    words = [word async for word in desk.ask(thread, "Where is my parcel?")]
    assert words == ["It", "is", "on", "its", "way."]
    assert await desk.pending() == []


async def test_a_refund_waits_for_a_person(graphwire_client: AsyncClient) -> None:
    desk = Desk(graphwire_client)
    thread = await desk.open("ada")
    assert [word async for word in desk.ask(thread, "I want a refund")] == []
    (waiting,) = await desk.pending()
    assert (waiting.thread_id, waiting.question) == (thread, "I want a refund")
    assert await desk.decide(thread, approved=False) == "I am sorry, we cannot do that."
    assert await desk.pending() == []


def test_the_server_begins_each_test_with_nothing(graphwire_client: Client) -> None:
    assert graphwire_client.threads.count() == 0


class State(TypedDict, total=False):
    question: str
    answer: str


def overworked() -> StateGraph[State]:
    """A stand-in for the graph: the server loads it by name from this file."""
    builder = StateGraph(State)
    builder.add_node("answer", lambda _: {"answer": "Call again tomorrow."})
    builder.set_entry_point("answer")
    return builder


def test_the_graph_of_the_deployment_is_replaced_for_one_test(
    graphwire_server: RunningServer, graphwire_client: Client
) -> None:
    graphwire_server.register("desk", overworked)
    state = graphwire_client.runs.wait(None, "desk", input={"question": "Now?"})
    assert state["answer"] == "Call again tomorrow."
