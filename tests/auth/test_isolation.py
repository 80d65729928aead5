"""No sequence of rules lets one user see what only another may.

A reference that knows the meaning of each rule, and nothing of how this package works, says who
may see a thing. Whatever was registered in whatever order, with whatever mistakes, what the package
lets through on a server that applies filters as the real one does is never more than that.
"""

import contextlib
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graphwire_auth import Auth, AuthContext, F, HTTPException, User
from graphwire_auth._engine import guard
from graphwire_auth._values import ACTIONS
from graphwire_auth.exceptions import RegistrationError
from graphwire_auth.types import AuthValue

USERS = ["ada", "bob", "eve"]
Thing = dict[str, Any]
Call = tuple[str, str]


def lenient_server(found: Any, thing: Thing) -> bool:
    """Apply a filter as loosely as the server does: unknown operators and `{}` match."""
    if not found:
        return True
    for name, wanted in found.items():
        if name == "$or":
            ok = any(lenient_server(group, thing) for group in wanted)
        elif name == "$and":
            ok = all(lenient_server(group, thing) for group in wanted)
        elif isinstance(wanted, dict):
            operator, operand = next(iter(wanted.items()))
            if operator == "$eq":
                ok = name in thing and thing[name] == operand
            elif operator == "$contains":
                operands = operand if isinstance(operand, list) else [operand]
                held = thing.get(name)
                ok = isinstance(held, list) and all(each in held for each in operands)
            else:
                ok = True
        else:
            ok = name in thing and thing[name] == wanted
        if not ok:
            return False
    return True


@dataclass(frozen=True)
class Kind:
    """A rule and its meaning: who may see a thing under it."""

    name: str
    faulty: bool = False

    def may_see(self, user: str, thing: Thing) -> bool:
        owner, members = thing.get("owner"), thing.get("members")
        own = owner == user
        member = isinstance(members, list) and user in members
        return {
            "deny": False,
            "assert": False,
            "refuse": False,
            "own": own,
            "own_dict": own,
            "stamp_and_own": own,
            "member": member,
            "own_or_member": own or member,
            "own_and_member": own and member,
            "allow": True,
            "only_ada": user == "ada",
        }.get(self.name, False)


SOUND = ["deny", "assert", "refuse", "own", "own_dict", "stamp_and_own", "member"]
SOUND += ["own_or_member", "own_and_member", "allow", "only_ada"]
FAULTY = ["empty", "unknown_operator", "two_operators", "none_value", "empty_contains", "crash"]
FAULTY += ["number", "string", "list", "model", "ignored_mutation", "too_deep", "empty_branch"]
KINDS = [Kind(n) for n in SOUND] + [Kind(n, faulty=True) for n in FAULTY]


def sound_answer(name: str, me: str, value: Any) -> Any:
    own, member = F("owner") == me, F("members").contains(me)
    if name == "assert":
        raise AssertionError("no")
    if name == "refuse":
        raise HTTPException(404)
    if name == "stamp_and_own" and isinstance(getattr(value, "metadata", None), dict):
        value.metadata["owner"] = me
    return {
        "deny": False,
        "own": own,
        "own_dict": {"owner": {"$eq": me}},
        "stamp_and_own": own,
        "member": member,
        "own_or_member": own | member,
        "own_and_member": {"$and": [{"owner": me}, {"members": {"$contains": [me]}}]},
        "allow": None,
        "only_ada": me == "ada",
    }[name]


def faulty_answer(name: str, me: str, value: Any) -> Any:
    if name == "crash":
        raise KeyError(me)
    if name == "ignored_mutation":
        value.surprise = me
        return {"owner": me}
    deep = {"$or": [{"owner": me}, {"owner": me}]}
    return {
        "empty": {},
        "unknown_operator": {"owner": {"$ne": "somebody"}},
        "two_operators": {"owner": {"$regex": ".*", "$eq": me}},
        "none_value": {"secret_of": None},
        "empty_contains": {"members": {"$contains": []}},
        "number": 1,
        "string": me,
        "list": [{"owner": me}],
        "model": value,
        "too_deep": {"$and": [{"$or": [deep, deep]}, deep]},
        "empty_branch": {"$or": [{"owner": me}, {}]},
    }[name]


def handler(kind: Kind) -> Any:
    async def rule(ctx: AuthContext, value: AuthValue) -> Any:
        answer = faulty_answer if kind.faulty else sound_answer
        return answer(kind.name, ctx.user.identity, value)

    return rule


resources = st.sampled_from(["*", "threads", "assistants", "crons"])
actions = st.sampled_from(["*", "create", "read", "update", "delete", "search", "create_run"])
registrations = st.lists(st.tuples(resources, actions, st.sampled_from(KINDS)), max_size=12)
calls = st.sampled_from([(r, a) for r in ("threads", "assistants", "crons") for a in ACTIONS[r]])
owners = st.sampled_from([*USERS, "", None])
things = st.fixed_dictionaries(
    {}, optional={"owner": owners, "members": st.lists(owners, max_size=2), "secret_of": owners}
)


def most_specific(registered: dict[Call, Kind], call: Call) -> Kind | None:
    levels = (call, (call[0], "*"), ("*", call[1]), ("*", "*"))
    return next((registered[level] for level in levels if level in registered), None)


@settings(max_examples=400, deadline=None)
@given(registrations, calls, st.sampled_from(USERS), things)
async def test_no_sequence_of_rules_shows_a_user_what_only_another_may_see(
    steps: list[tuple[str, str, Kind]], call: Call, me: str, thing: Thing
) -> None:
    auth, registered = Auth(), dict[Call, Kind]()
    for resource, action, kind in steps:
        with contextlib.suppress(RegistrationError):
            auth.on(resources=resource, actions=action)(handler(kind))
            registered[resource, action] = kind
    assert {(r.resource, r.action) for r in auth.registry} == set(registered)

    kind_in_charge = most_specific(registered, call)
    may_see = not registered or bool(kind_in_charge and kind_in_charge.may_see(me, thing))
    sees = await reaches(auth, call, me, thing)

    assert may_see or not sees, (kind_in_charge, call, me, thing)
    if not (kind_in_charge and kind_in_charge.faulty):
        assert sees is may_see, "and a sound rule gives all that it promises"


async def reaches(auth: Auth, call: Call, me: str, thing: Thing) -> bool:
    ctx = AuthContext(User(identity=me), (), *call)
    try:
        found = await guard(auth.registry, auth.policy, ctx, {"metadata": dict(thing)})
    except HTTPException:
        return False
    return lenient_server(found, thing)
