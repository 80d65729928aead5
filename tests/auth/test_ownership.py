"""Everybody owns what they create, and sees nothing else."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwire_auth import Auth, StudioUser, User
from graphwire_auth._values import ACTIONS
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.ownership import Ownership, owner_label
from graphwire_auth.testing import Decision, check, coverage

CALLS = [(r, a) for r, actions in ACTIONS.items() for a in actions]
STORE = ACTIONS["store"]
ADMIN = User(identity="root", permissions=("admin",))


def auth_with(**options: Any) -> Auth:
    auth = Auth()
    auth.on(Ownership(**options))
    return auth


async def asked(call: str, value: Any = None, user: Any = "ada", **options: Any) -> Decision:
    resource, action = call.split(".")
    auth = auth_with(**options)
    return await check(auth, user=user, resource=resource, action=action, value=value)


def test_one_rule_covers_everything() -> None:
    assert coverage(auth_with()).complete


@pytest.mark.parametrize("call", [f"{r}.{a}" for r, a in CALLS if r != "store"])
async def test_every_call_outside_the_store_reaches_own_things_only(call: str) -> None:
    decision = await asked(call, {"metadata": {"x": 1}})
    assert decision.filter == {"owner": "ada"}
    assert not decision.sees({"owner": "bob"})
    assert not decision.sees({})


@pytest.mark.parametrize(
    "call",
    ["threads.create", "threads.update", "threads.create_run"]
    + [f"{r}.{a}" for r in ("assistants", "crons") for a in ("create", "update")],
)
async def test_what_is_written_is_stamped_whatever_the_caller_claims(call: str) -> None:
    decision = await asked(call, {"metadata": {"owner": "bob", "x": 1}})
    assert decision.value["metadata"] == {"owner": "ada", "x": 1}


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("threads.create", {"thread_id": "00000000-0000-4000-8000-000000000001"}),
        ("threads.update", {"thread_id": "00000000-0000-4000-8000-000000000001"}),
        ("threads.update", {"action": "interrupt", "metadata": {"run_ids": [], "status": None}}),
        ("assistants.update", {"version": 2}),
        ("assistants.update", {"metadata": None}),
        ("crons.search", {"metadata": {}}),
    ],
)
async def test_what_takes_no_stamp_is_left_alone(call: str, value: Any) -> None:
    decision = await asked(call, value)
    assert decision.value == value
    assert decision.filter == {"owner": "ada"}


async def test_the_payload_of_a_cron_cannot_claim_another_owner() -> None:
    payload = {"metadata": {"owner": "bob"}, "config": {"metadata": {"owner": "bob"}}}
    decision = await asked("crons.create", {"metadata": {}, "payload": payload})
    assert decision.value["payload"] == {
        "metadata": {"owner": "ada"},
        "config": {"metadata": {"owner": "ada"}},
    }


@pytest.mark.parametrize("action", STORE)
async def test_every_store_call_stays_below_the_callers_label(action: str) -> None:
    for namespace in (("notes",), (), None, ("bob~",), ("*",)):
        decision = await asked(f"store.{action}", {"namespace": namespace})
        assert decision.allowed
        assert decision.filter is None
        assert decision.value["namespace"] == ("ada~", *(namespace or ()))


async def test_the_depth_of_a_listing_counts_from_the_callers_label() -> None:
    decision = await asked("store.list_namespaces", {"namespace": None, "max_depth": 1})
    assert decision.value == {"namespace": ("ada~",), "max_depth": 2}


@pytest.mark.parametrize(("resource", "action"), CALLS)
async def test_an_admin_sees_and_keeps_everything_as_it_is(resource: str, action: str) -> None:
    value = {"metadata": {"owner": "bob"}, "namespace": ("bob~",)}
    decision = await asked(f"{resource}.{action}", value, ADMIN, admin="admin")
    assert (decision.allowed, decision.filter, decision.value) == (True, None, value)
    assert (await asked(f"{resource}.{action}", value, ADMIN)).value != value or not (
        await asked(f"{resource}.{action}", value, ADMIN)
    ).sees({"owner": "bob"}), "without the option nobody is an admin"


async def test_system_assistants_are_shown_on_request_and_cannot_be_forged() -> None:
    shared = {"created_by": "system"}
    assert not (await asked("assistants.read")).sees(shared)
    assert (await asked("assistants.read", system_assistants=True)).sees(shared)
    assert (await asked("assistants.search", system_assistants=True)).sees(shared)
    for action in ("update", "delete"):
        assert not (await asked(f"assistants.{action}", system_assistants=True)).sees(shared)
    for action in ("create", "update"):
        forged = await asked(f"assistants.{action}", {"metadata": shared | {"x": 1}})
        assert forged.value["metadata"] == {"owner": "ada", "x": 1}


async def test_studio_is_refused_unless_it_is_trusted() -> None:
    studio = StudioUser(identity="langgraph-studio-user")
    refused = await asked("threads.search", user=studio)
    assert (refused.allowed, refused.status) == (False, 403)
    trusted = await asked("threads.search", user=studio, studio=True)
    assert trusted.filter == {"owner": "langgraph-studio-user"}


async def test_a_call_that_a_newer_server_invents_is_refused() -> None:
    rule = Ownership()
    ctx: Any = type("Ctx", (), {"resource": "threads", "action": "share", "user": ADMIN})
    with pytest.raises(Exception, match=r"403: Forbidden: nothing is known of threads\.share"):
        await rule(ctx, {})


@pytest.mark.parametrize(
    "options", [{"field": ""}, {"field": "$or"}, {"field": "created_by"}, {"admin": ""}]
)
def test_options_are_checked(options: Any) -> None:
    with pytest.raises(ConfigurationError):
        Ownership(**options)


identities = st.text(min_size=1, max_size=12)


@given(identities, identities)
def test_no_label_equals_begins_or_patterns_another(one: str, other: str) -> None:
    label = owner_label(one)
    assert re.fullmatch(r"[A-Za-z0-9=-]*~", label), "nothing a store may read as a pattern or a dot"
    if one != other:
        assert not owner_label(other).startswith(label)


def test_a_label_is_readable_and_needs_an_identity() -> None:
    assert owner_label("ada") == "ada~"
    assert owner_label("ada@example.com") == "ada=40=example=2E=com~"
    with pytest.raises(ValueError, match="identity"):
        owner_label("")
