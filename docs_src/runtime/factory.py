"""A graph factory: `"graphs": {"agent": "./factory.py:make_graph"}` in `langgraph.json`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypedDict

from langgraph.graph import END, START, StateGraph

from graphwire.runtime import ServerRuntime, graph_factory


@dataclass
class Context:
    region: str = "eu"


class State(TypedDict, total=False):
    question: str
    answer: str


class Database:
    """Stands for what is expensive to open."""

    def __init__(self, region: str) -> None:
        self.region = region

    async def aclose(self) -> None:
        self.region = "closed"


@graph_factory
@asynccontextmanager
async def make_graph(runtime: ServerRuntime[Context]) -> AsyncIterator[StateGraph[State]]:
    execution = runtime.execution_runtime
    if execution is None:  # the state of a thread is read, or a schema: nothing is opened
        yield graph_with(None)
        return
    database = Database(execution.context.region)
    try:
        yield graph_with(database)
    finally:
        await database.aclose()


def graph_with(database: Database | None) -> StateGraph[State]:
    """Build the same nodes and edges whatever there is to work with."""

    async def answer(state: State) -> State:
        assert database is not None  # nodes run in executions only
        return {"answer": f"{state['question']}: asked in {database.region}"}

    builder = StateGraph(State)
    builder.add_node("answer", answer)
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return builder
