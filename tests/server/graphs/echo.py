"""Give back what the run was started with: its input, config and context."""

from typing import Any, TypedDict

from langgraph.config import get_config
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import get_runtime


class Context(TypedDict, total=False):
    tenant: str
    limits: dict[str, Any]


class Input(TypedDict, total=False):
    payload: Any


class State(Input, total=False):
    received: Any
    seen_config: dict[str, Any]
    seen_context: Any


async def echo(state: State) -> State:
    config = get_config()
    seen_config = {
        "configurable": _own(config.get("configurable")),
        "metadata": _own(config.get("metadata")),
        "tags": config.get("tags") or [],
        "recursion_limit": config.get("recursion_limit"),
    }
    return {
        "received": state.get("payload"),
        "seen_config": seen_config,
        "seen_context": get_runtime(Context).context,
    }


def _own(values: dict[str, Any] | None) -> dict[str, Any]:
    """Leave out what langgraph keeps there for itself; the rest is the caller's."""
    return {
        key: value
        for key, value in (values or {}).items()
        if not key.startswith(("__", "langgraph_", "checkpoint")) and _is_plain(value)
    }


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | dict)


builder = StateGraph(State, context_schema=Context, input_schema=Input)
builder.add_node("echo", echo)
builder.add_edge(START, "echo")
builder.add_edge("echo", END)
graph = builder.compile()
