"""What a rule gets, and what becomes of what it changes."""

import copy
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from graphwire_auth import Auth, types
from graphwire_auth._engine import decide
from graphwire_auth._values import VALUE_MODELS
from graphwire_auth.exceptions import FilterError, IgnoredMutationError
from graphwire_auth.testing import Decision, check

RECORDED = Path(__file__).parent / "recorded_values.json"
ID = "00000000-0000-4000-8000-000000000001"


async def asked(auth: Auth, call: str, value: dict[str, Any]) -> Decision:
    resource, action = call.split(".")
    return await check(auth, user="ada", resource=resource, action=action, value=value)


def auth_with(change: Any, *, model: Any = dict, **options: Any) -> Auth:
    auth = Auth(**options)

    async def rule(ctx: Any, value: Any) -> Any:
        return change(value)

    rule.__annotations__["value"] = model
    auth.on(rule)
    return auth


@pytest.mark.parametrize("recorded", json.loads(RECORDED.read_text()), ids=lambda r: r["call"])
def test_every_value_that_the_server_sends_fits_its_model(recorded: Any) -> None:
    model = VALUE_MODELS[recorded["resource"], recorded["action"]]
    parsed = model.model_validate(recorded["value"])
    assert parsed.model_fields_set == set(recorded["value"])
    assert not parsed.model_extra, "every key that was seen has a field"


async def test_an_annotated_handler_gets_the_model_and_others_the_dict() -> None:
    seen: list[Any] = []
    for model in (dict, types.AuthValue, Any):
        auth = auth_with(seen.append, model=model)
        await asked(auth, "threads.read", {"thread_id": ID, "new_key": 1})
    plain, typed, untyped = seen
    assert plain == untyped == {"thread_id": ID, "new_key": 1}
    assert isinstance(typed, types.ThreadsRead)
    assert typed.thread_id == UUID(ID)
    assert typed.model_extra == {"new_key": 1}, "what a newer server adds is kept"


async def test_a_value_that_does_not_fit_is_refused_without_being_quoted() -> None:
    auth = auth_with(lambda _: None, model=types.AuthValue)
    decision = await asked(auth, "threads.read", {"thread_id": "private text"})
    assert (decision.allowed, decision.status) == (False, 422)
    assert decision.detail == "threads.read: unexpected value of thread_id"


def stamp(value: Any) -> None:
    holder = value["metadata"] if isinstance(value, dict) else value.metadata
    holder["owner"] = "ada"
    holder.pop("drop", None)
    holder["deep"]["x"] = 2


def rebind(value: Any) -> None:
    fresh = {"owner": "ada", "deep": {"x": 2}}
    if isinstance(value, dict):
        value["metadata"] = fresh
    else:
        value.metadata = fresh


@pytest.mark.parametrize("change", [stamp, rebind])
@pytest.mark.parametrize("model", [dict, types.AuthValue])
async def test_changes_are_made_in_the_very_dict_that_the_server_holds(
    change: Any, model: Any
) -> None:
    auth = auth_with(change, model=model)
    metadata = {"drop": 1, "deep": {"x": 1}}
    deep = metadata["deep"]
    sent = {"thread_id": ID, "metadata": metadata, "if_exists": "raise"}
    rule = auth.registry.find("threads", "create")
    assert rule is not None
    await decide(auth.registry, auth.policy, context("threads", "create"), sent)
    assert sent["metadata"] is metadata
    assert metadata["deep"] is deep
    assert metadata == {"owner": "ada", "deep": {"x": 2}}


def context(resource: str, action: str) -> Any:
    user = types.User(identity="ada")
    return types.AuthContext(user=user, permissions=(), resource=resource, action=action)


def put(key: str, new: Any) -> Any:
    def change(value: Any) -> None:
        if isinstance(value, dict):
            value[key] = new
        else:
            setattr(value, key, new)

    return change


IGNORED = [
    ("threads.create", {"if_exists": "raise"}, "if_exists", "do_nothing"),
    ("threads.create", {"thread_id": ID}, "metadata", {"owner": "ada"}),
    ("threads.create", {"metadata": {"a": 1}}, "metadata", None),
    ("threads.read", {"thread_id": ID, "metadata": {"a": 1}}, "metadata", {"a": 2}),
    ("threads.update", {"action": "interrupt", "metadata": {"a": 1}}, "metadata", {"a": 2}),
    ("assistants.update", {"name": "a", "metadata": {}}, "name", "b"),
    ("assistants.update", {"config": None}, "config", {"tags": []}),
    ("crons.create", {"schedule": "* * * * *"}, "schedule", "0 * * * *"),
    ("crons.search", {"metadata": {}}, "metadata", {"owner": "ada"}),
    ("threads.search", {"limit": 10}, "limit", 5),
    ("store.get", {"namespace": ("a",)}, "unheard_of", 5),
]


@pytest.mark.parametrize(("call", "sent", "key", "new"), IGNORED)
@pytest.mark.parametrize("model", [dict, types.AuthValue])
async def test_a_change_that_the_server_would_ignore_is_an_error(
    call: str, sent: Any, key: str, new: Any, model: Any
) -> None:
    before = copy.deepcopy(sent)
    with pytest.raises(
        IgnoredMutationError, match=f"{call}: the server ignores a change of {key!r}"
    ):
        await asked(auth_with(put(key, new), model=model), call, sent)
    lenient = auth_with(put(key, new), model=model, ignored_mutations="allow")
    decision = await asked(lenient, call, sent)
    assert decision.allowed
    assert decision.value == before, "the server's dict is as it was"


async def test_an_ignored_change_deep_inside_is_found_too() -> None:
    def change(value: dict[str, Any]) -> None:
        value["thread_ids"].append("another")

    with pytest.raises(IgnoredMutationError, match="thread_ids"):
        await asked(auth_with(change), "threads.delete", {"thread_ids": [ID]})


async def test_a_key_removed_by_a_rule_is_a_change_too() -> None:
    with pytest.raises(IgnoredMutationError, match="metadata"):
        await asked(auth_with(lambda v: v.clear()), "threads.create", {"metadata": {}})


HONOURED = [
    ("threads.search", {"metadata": {}, "values": {"a": 1}}, "values", {"a": 2}),
    (
        "threads.create_run",
        {"metadata": {}, "kwargs": {"config": {}}},
        "kwargs",
        {"config": {"x": 1}},
    ),
    (
        "assistants.create",
        {"config": {}, "context": {}, "metadata": {}},
        "context",
        {"org": "acme"},
    ),
    ("assistants.search", {"metadata": {}}, "metadata", {"org": "acme"}),
    ("crons.update", {"payload": {"input": 1}}, "payload", {"input": 2}),
    ("crons.search", {"metadata": {"a": 1}}, "metadata", {"a": 1, "b": 2}),
    ("store.get", {"namespace": ("a",), "key": "k"}, "namespace", ("ada", "a")),
    ("store.put", {"namespace": ("a",), "value": {"x": 1}, "ttl": None}, "value", {"x": 2}),
    ("store.put", {"namespace": ("a",), "value": {"x": 1}, "ttl": None}, "ttl", 5.0),
    ("store.search", {"namespace": (), "limit": 10}, "limit", 5),
    ("store.list_namespaces", {"namespace": None, "max_depth": 1}, "namespace", ("ada",)),
]


@pytest.mark.parametrize(("call", "sent", "key", "new"), HONOURED)
@pytest.mark.parametrize("model", [dict, types.AuthValue])
async def test_a_change_that_the_server_reads_back_is_written(
    call: str, sent: Any, key: str, new: Any, model: Any
) -> None:
    decision = await asked(auth_with(put(key, new), model=model), call, sent)
    assert decision.value == sent | {key: new}


class Labels(BaseModel):
    team: str = "none"
    color: str | None = None


class Labelled(types.ThreadsCreate):
    metadata: Labels  # type: ignore[assignment]  # narrower on purpose


async def test_a_subclass_may_give_a_container_a_model() -> None:
    def change(value: Labelled) -> None:
        assert value.metadata.team == "red"
        value.metadata.color = "blue"

    auth = Auth()

    async def rule(ctx: Any, value: Labelled) -> None:
        change(value)

    auth.on.threads.create(rule)
    decision = await asked(auth, "threads.create", {"metadata": {"team": "red"}})
    assert decision.value == {"metadata": {"team": "red", "color": "blue"}}
    refused = await asked(auth, "threads.create", {"metadata": {"team": 5}})
    assert (refused.allowed, refused.status) == (False, 422)


async def test_a_filter_on_store_items_becomes_part_of_the_search() -> None:
    auth = auth_with(lambda _: {"owner": "ada"})
    for asked_for in (None, {}, {"kind": "note"}, {"owner": "ada"}):
        decision = await asked(auth, "store.search", {"namespace": (), "filter": asked_for})
        assert decision.filter is None
        assert decision.value["filter"] == (asked_for or {}) | {"owner": "ada"}
    refused = await asked(auth, "store.search", {"namespace": (), "filter": {"owner": "bob"}})
    assert (refused.allowed, refused.status) == (False, 403)


@pytest.mark.parametrize("action", ["put", "get", "delete", "list_namespaces"])
async def test_a_filter_that_the_store_would_lose_is_an_error(action: str) -> None:
    with pytest.raises(FilterError, match="the server ignores a filter here"):
        await asked(auth_with(lambda _: {"owner": "ada"}), f"store.{action}", {})


@pytest.mark.parametrize("found", [{"groups": {"$contains": "a"}}, {"$or": [{"a": 1}, {"b": 1}]}])
async def test_a_filter_that_the_store_cannot_apply_is_an_error(found: Any) -> None:
    with pytest.raises(FilterError, match="only be filtered by equality"):
        await asked(auth_with(lambda _: found), "store.search", {"namespace": ()})


def test_the_repr_of_a_value_hides_what_is_in_its_containers() -> None:
    value = types.RunsCreate(metadata={"owner": "ada"}, kwargs={"input": "a secret"})
    assert "a secret" not in repr(value)
    assert "kwargs=['input']" in repr(value)
