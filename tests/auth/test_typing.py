"""What a type checker sees: `assert_type` is checked with the sources, and runs here as well."""

from typing import Any, assert_type

import pytest

from graphwire_auth import Auth, AuthContext, F, Filter, User
from graphwire_auth.ownership import Ownership
from graphwire_auth.testing import Coverage, Decision, check, coverage
from graphwire_auth.types import RunsCreate, ThreadsCreate


class Member(User):
    org: str


async def test_handlers_keep_their_types_and_contexts_carry_the_users_class() -> None:
    auth = Auth(user_model=Member)

    @auth.authenticate
    async def authenticate(authorization: str | None) -> Member:
        return Member(identity=authorization or "nobody", org="acme")

    @auth.on.threads(actions=["create", "create_run"])
    async def stamp(ctx: AuthContext[Member], value: ThreadsCreate | RunsCreate) -> Filter:
        assert_type(ctx.user, Member)
        assert_type(value.metadata, dict[str, Any] | None)
        return F("org") == ctx.user.org

    @auth.on.threads.read
    async def own(
        ctx: AuthContext, value: Auth.types.on.threads.read.value
    ) -> dict[str, str] | bool:
        assert_type(ctx.user, User)
        return {"owner": ctx.user.identity}

    auth.on(Ownership())
    assert_type(F("a") == 1, Filter)
    assert_type((F("a") == 1) & F("b").contains("c"), Filter)
    assert_type(coverage(auth), Coverage)
    user = await authenticate(None)
    decision = await check(auth, user=user, resource="threads", action="create")
    assert_type(decision, Decision)
    assert decision.filter == {"org": "acme"}
    assert (await stamp(AuthContext(user, (), "threads", "create"), ThreadsCreate())).to_dict()
    assert coverage(auth).rules["threads.read"] == own.__name__


def test_a_checker_refuses_what_registration_refuses() -> None:
    auth = Auth()

    def sync(ctx: AuthContext, value: dict[str, Any]) -> bool:
        return True

    async def text(ctx: AuthContext, value: dict[str, Any]) -> str:
        return "yes"

    with pytest.raises(ValueError, match="async def"):
        auth.on.threads.create(sync)  # type: ignore[type-var]  # a rule is async
    auth.on.threads.read(text)  # type: ignore[type-var]  # a rule answers yes, no or a filter
