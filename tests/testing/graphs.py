"""Graphs on the top level of a module, which another process can load."""

from __future__ import annotations

import asyncio
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    n: int
    forever: bool


async def add_one(state: State) -> State:
    if state.get("forever"):
        await asyncio.Event().wait()
    return {"n": state.get("n", 0) + 1}


def adding() -> Any:
    """A graph that adds one."""
    builder = StateGraph(State)
    builder.add_node("add_one", add_one)
    builder.add_edge(START, "add_one")
    builder.add_edge("add_one", END)
    return builder.compile()


def doubling() -> Any:
    """A graph that doubles."""
    builder = StateGraph(State)
    builder.add_node("double", lambda state: {"n": 2 * state["n"]})
    builder.add_edge(START, "double")
    builder.add_edge("double", END)
    return builder


graph = adding()
