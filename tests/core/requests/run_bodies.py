"""Keywords that start a run, and the body that they make; every call of a run takes them."""

from typing import Any

from graphwire_core.models import Checkpoint, Command, Config, LangSmithTracing, Send

EVERY_KEYWORD: dict[str, Any] = {
    "input": {"a": 1},
    "metadata": {"m": 1},
    "config": {"tags": ["x"]},
    "context": {"c": 1},
    "checkpoint": {"checkpoint_id": "c"},
    "checkpoint_id": "cid",
    "interrupt_before": "*",
    "interrupt_after": ["n"],
    "webhook": "http://w",
    "multitask_strategy": "reject",
    "if_not_exists": "create",
    "on_completion": "keep",
    "after_seconds": 0,
    "durability": "sync",
    "strict_resume": False,
    "feedback_keys": ["f"],
    "stream_mode": ["values", "custom"],
    "stream_subgraphs": True,
    "stream_resumable": True,
}
"""The keywords that are sent under their own names, as they are."""

RENAMED: dict[str, Any] = {
    "command": {"resume": 1, "goto": None},
    "langsmith_tracing": {"project_name": "p"},
}

RENAMED_BODY: dict[str, Any] = {
    "command": {"resume": 1},
    "langsmith_tracer": {"project_name": "p"},
}

CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({**EVERY_KEYWORD, **RENAMED}, {**EVERY_KEYWORD, **RENAMED_BODY}),
    (dict.fromkeys([*EVERY_KEYWORD, *RENAMED]), {}),
    ({"input": {}, "command": {}}, {"input": {}, "command": {}}),
    ({"input": 0, "context": []}, {"input": 0, "context": []}),
    ({"command": {"resume": None}}, {"command": {"resume": None}}),
    ({"command": Command(resume=None)}, {"command": {"resume": None}}),
    (
        {"command": Command(goto=Send(node="n", input={"a": 1}), update={"b": None})},
        {"command": {"goto": {"node": "n", "input": {"a": 1}}, "update": {"b": None}}},
    ),
    (
        {"config": Config(tags=["t"], configurable={"k": None}), "stream_mode": "updates"},
        {"config": {"tags": ["t"], "configurable": {"k": None}}, "stream_mode": "updates"},
    ),
    (
        {"checkpoint": Checkpoint(checkpoint_ns=""), "after_seconds": 1.5},
        {"checkpoint": {"checkpoint_ns": ""}, "after_seconds": 1.5},
    ),
    (
        {"langsmith_tracing": LangSmithTracing(example_id="e")},
        {"langsmith_tracer": {"example_id": "e"}},
    ),
    ({"interrupt_before": [], "feedback_keys": []}, {"interrupt_before": [], "feedback_keys": []}),
]
"""Keywords and what they add to the body."""
