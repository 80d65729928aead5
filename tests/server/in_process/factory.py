"""Graph factories: what each was told when it built its graph is what its node gives back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from langgraph.graph import END, START, StateGraph

from graphwire_core.runtime import ExecutionRuntime, ServerRuntime, graph_factory

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

TOLD = ["tests", "told"]


@dataclass
class Context:
    tenant: str = "nobody"
    seats: int = 1


class State(TypedDict, total=False):
    told: Any


def built(told: dict[str, Any]) -> StateGraph[State]:
    async def tell(state: State) -> State:
        return {"told": told}

    builder = StateGraph(State)
    builder.add_node("tell", tell)
    builder.add_edge(START, "tell")
    builder.add_edge("tell", END)
    return builder


@graph_factory
async def typed(config: RunnableConfig, runtime: ServerRuntime[Context]) -> StateGraph[State]:
    execution = runtime.execution_runtime
    told: dict[str, Any] = {
        "access_context": runtime.access_context,
        "variant": type(runtime).__name__,
        "graph_id": config["configurable"].get("graph_id"),
        "user": runtime.user.identity if runtime.user else None,
    }
    if execution is not None:
        told["context"] = [type(execution.context).__name__, execution.context.tenant]
        told["seats"] = execution.context.seats + 1
    try:
        told["ensured"] = runtime.ensure_user().identity
    except PermissionError as error:
        told["ensured"] = str(error)
    await runtime.store.aput(tuple(TOLD), runtime.access_context, told)
    return built(told)


opened: list[str] = []


@graph_factory
@asynccontextmanager
async def managed(runtime: ServerRuntime) -> AsyncIterator[StateGraph[State]]:  # type: ignore[type-arg]
    """Open something for executions only, and close it after them."""
    if isinstance(runtime, ExecutionRuntime):
        opened.append("opened")
        yield built({"opened": [*opened]})
        opened.append("closed")
    else:
        yield built({})


@graph_factory
def plain() -> StateGraph[State]:
    return built({"plain": True})
