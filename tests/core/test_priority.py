"""The function that decides which runs go first."""

from __future__ import annotations

import sys
import types
from types import SimpleNamespace
from typing import Any

import langgraph_sdk
import pytest
from langgraph_sdk.priority.types import PriorityContext as TheirContext
from pydantic import ValidationError

from graphwire import Priority, PriorityContext, PrioritySettings
from graphwire.errors import ConfigurationError, InvalidArgumentError

FACTS: dict[str, Any] = {
    "user": SimpleNamespace(identity="ada"),
    "permissions": ["premium"],
    "thread_id": None,
    "thread_metadata": {},
    "assistant_id": "a",
    "graph_id": "agent",
    "assistant_metadata": {},
    "run_metadata": {"kind": "nightly"},
    "cron_id": "c",
}
CONTEXT = PriorityContext(**FACTS)


def returning(settings: Any) -> Priority:
    priority = Priority()

    @priority.assign
    async def assign(context: PriorityContext) -> Any:
        return settings

    return priority


async def test_the_registered_function_decides() -> None:
    priority = Priority()

    @priority.assign
    async def assign(context: PriorityContext) -> PrioritySettings | None:
        return PrioritySettings(priority=2) if context.cron_id else None

    assert await priority.decide(CONTEXT) == PrioritySettings(priority=2)
    assert await priority.decide(PriorityContext(**{**FACTS, "cron_id": None})) is None
    assert await assign(CONTEXT) == PrioritySettings(priority=2)
    assert await Priority().decide(CONTEXT) is None


async def test_a_mapping_is_as_good_as_settings() -> None:
    found = await returning({"priority": -5, "fairness_group": "acme"}).decide(CONTEXT)
    assert found == PrioritySettings(priority=-5, fairness_group="acme")


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"priority": 6}, "priority: expected"),
        ({"priority": "1"}, "priority: expected"),
        ({"fairness_group": "x" * 257}, "fairness_group: expected"),
        ({"urgency": 1}, "urgency: expected"),
        (3, "settings: expected"),
    ],
)
async def test_other_settings_are_refused(settings: Any, where: str) -> None:
    with pytest.raises(InvalidArgumentError, match=where):
        await returning(settings).decide(CONTEXT)


def test_settings_are_checked_where_they_are_made() -> None:
    with pytest.raises(ValidationError):
        PrioritySettings(priority=-6)


async def asks_too_much(context: Any, more: Any) -> None: ...
async def asks_nothing() -> None: ...
def waits_for_nobody(context: Any) -> None: ...


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (asks_too_much, r"one parameter \(context\), got asks_too_much\(context: 'Any', more"),
        (asks_nothing, "one parameter"),
        (waits_for_nobody, "expected an async function"),
        (None, "expected an async function, got NoneType None"),
    ],
)
def test_a_function_of_another_form_is_refused(function: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Priority().assign(function)


def test_a_second_function_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="registered already"):
        returning(None).assign(asks_nothing)  # type: ignore[type-var]


async def test_inside_a_server_it_is_the_servers_own_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not isinstance(Priority(), langgraph_sdk.Priority)
    monkeypatch.setitem(sys.modules, "langgraph_api", types.ModuleType("langgraph_api"))
    made: Any = returning({"priority": 1})
    assert isinstance(made, langgraph_sdk.Priority)
    assert isinstance(made, Priority)
    assert await made._assign_handler(TheirContext(**FACTS)) == {"priority": 1}
    assert await returning(None)._assign_handler(TheirContext(**FACTS)) is None
    assert Priority()._assign_handler is None


async def test_the_context_of_a_newer_server_keeps_what_is_new() -> None:
    context = PriorityContext(**{**FACTS, "region": "eu"})
    assert (context.model_extra or {})["region"] == "eu"
    assert context.permissions == ("premium",)
