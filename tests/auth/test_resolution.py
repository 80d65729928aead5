"""Exactly one rule decides a call: the most specific one, as in the real server."""

import itertools
from typing import Any

import pytest

from graphwire_auth import Auth, AuthContext, User
from graphwire_auth._values import ACTIONS
from graphwire_auth.testing import check, coverage

LEVELS = [("threads", "create"), ("threads", "*"), ("*", "create"), ("*", "*")]


def named(name: str) -> Any:
    async def handler(ctx: AuthContext, value: dict[str, Any]) -> None:
        assert ctx.user.identity == "ada"

    handler.__name__ = name
    return handler


@pytest.mark.parametrize(
    "present",
    [s for n in range(1, 5) for s in itertools.combinations(LEVELS, n)],
    ids=lambda s: "+".join(".".join(level) for level in s),
)
async def test_the_most_specific_rule_decides(present: tuple[tuple[str, str], ...]) -> None:
    auth = Auth()
    for resource, action in reversed(present):
        auth.on(resources=resource, actions=action)(named(f"{resource}.{action}"))
    decision = await check(auth, user="ada", resource="threads", action="create")
    assert decision.rule == ".".join(present[0])
    assert decision.allowed


async def test_a_call_without_a_rule_is_refused_once_there_is_any() -> None:
    auth = Auth()
    auth.on.threads(named("threads"))
    decision = await check(auth, user="ada", resource="store", action="get")
    assert (decision.allowed, decision.status, decision.rule) == (False, 403, None)
    assert decision.detail == "Forbidden: no rule covers store.get"


@pytest.mark.parametrize("auth", [Auth(), Auth(uncovered="allow")])
async def test_without_any_rule_everybody_known_is_allowed(auth: Auth) -> None:
    assert (await check(auth, user="ada", resource="store", action="get")).allowed


async def test_uncovered_calls_can_be_allowed_on_purpose() -> None:
    auth = Auth(uncovered="allow")
    auth.on.threads(named("threads"))
    assert (await check(auth, user="ada", resource="crons", action="read")).allowed


def test_coverage_reports_the_rule_of_every_call_and_the_gaps() -> None:
    auth = Auth()
    auth.on.threads(named("threads"))
    auth.on.store.put(named("put"))
    report = coverage(auth)
    assert report.rules["threads.create_run"] == "threads"
    assert report.rules["store.put"] == "put"
    assert "store.get" in report.uncovered
    assert not report.complete
    assert f"{'store.get':<21}  (no rule)" in str(report)
    auth.on(named("rest"))
    assert coverage(auth).complete
    assert len(coverage(auth).rules) == sum(map(len, ACTIONS.values())) == 21


def test_our_order_is_the_order_of_the_server(ask_server: Any) -> None:
    calls = (("threads", "create"), ("threads", "read"), ("crons", "create"), ("store", "get"))
    every = [s for n in range(5) for s in itertools.combinations(LEVELS, n)]
    asked = list(itertools.product(every, calls))
    for (present, call), answer in zip(
        asked, ask_server({"resolutions": asked})["resolutions"], strict=True
    ):
        ours = Auth()
        for resource, action in present:
            ours.on(resources=resource, actions=action)(named(f"{resource}.{action}"))
        rule = ours.registry.find(*call)
        assert (rule.name if rule else None) == answer, (present, call)


async def test_a_rule_sees_the_context_of_the_call() -> None:
    auth = Auth()
    seen: list[AuthContext] = []

    @auth.on
    async def look(ctx: AuthContext, value: dict[str, Any]) -> None:
        seen.append(ctx)

    user = User(identity="ada", permissions=("a", "b"), org="acme")
    await check(auth, user=user, resource="crons", action="update")
    assert (seen[0].resource, seen[0].action) == ("crons", "update")
    assert seen[0].permissions == ("a", "b")
    assert seen[0].user["org"] == "acme"
