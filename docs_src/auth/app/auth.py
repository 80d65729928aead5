"""Who may call this deployment, and what each caller may see and do."""

# ruff: noqa: ARG001  # a rule takes both parameters, whichever it needs

from typing import Any

from graphwire_auth import Auth, AuthContext, F, Filter, HTTPException, User
from graphwire_auth.ownership import owner_label
from graphwire_auth.types import RunsCreate, StoreValue, ThreadsCreate


class Member(User):
    org: str


TOKENS = {"ada-token": "ada", "bob-token": "bob"}  # yours come from a database, or from a provider

auth = Auth(user_model=Member)


@auth.authenticate
async def authenticate(authorization: str | None) -> Member:
    name = TOKENS.get((authorization or "").removeprefix("Bearer "))
    if name is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return Member(identity=name, display_name=name.title(), org="acme", permissions=("write",))


@auth.on.threads
async def own_threads(ctx: AuthContext[Member], value: dict[str, Any]) -> Filter:
    return (F("owner") == ctx.user.identity) & (F("org") == ctx.user.org)


@auth.on.threads(actions=["create", "create_run"])
async def stamp(ctx: AuthContext[Member], value: ThreadsCreate | RunsCreate) -> Filter:
    assert "write" in ctx.permissions, "You may only read"
    if value.metadata is not None:
        value.metadata |= {"owner": ctx.user.identity, "org": ctx.user.org}
    return await own_threads(ctx, {})


@auth.on.assistants(actions=["read", "search"])
async def shared_assistants(ctx: AuthContext[Member], value: dict[str, Any]) -> Filter:
    return F("created_by") == "system"


@auth.on.store
async def own_items(ctx: AuthContext[Member], value: StoreValue) -> None:
    value.namespace = (owner_label(ctx.user.identity), *(value.namespace or ()))
