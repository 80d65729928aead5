"""Who may do what in the test deployment. Rules of every kind, typed and untyped."""

from typing import Any

from graphwire_auth import Auth, AuthContext, F, Filter, HTTPException, User, is_studio_user
from graphwire_auth.ownership import owner_label
from graphwire_auth.types import (
    AssistantsCreate,
    AssistantsUpdate,
    CronsCreate,
    RunsCreate,
    StoreValue,
    ThreadsCreate,
    ThreadsUpdate,
)


class Member(User):
    """A user of this application, defined in a file that the server loads by its path."""

    org: str
    level: int = 0

    @property
    def is_admin(self) -> bool:
        return "admin" in self.permissions


FACTS: dict[str, dict[str, Any]] = {
    "ada-token": {"identity": "ada@example.com", "permissions": ["write"]},
    "bob-token": {"identity": "bob", "level": 3, "permissions": ["write"]},
    "eve-token": {"identity": "eve"},
    "root-token": {"identity": "root", "permissions": ["write", "admin"]},
}


def build(model: type[Member] = Member) -> Auth:
    auth = Auth(user_model=model)

    @auth.authenticate
    async def authenticate(authorization: str | None, path: str) -> Member:
        token = (authorization or "").removeprefix("Bearer ")
        if token == "greedy-token":
            raise HTTPException(429, "Slow down", headers={"Retry-After": "7"})
        if token == "broken-token":
            raise RuntimeError(f"this text quotes {token}")
        if token == "banned-token":
            raise HTTPException(403, "Banned", headers={"X-Reason": "spam"})
        if token not in FACTS:
            raise HTTPException(401, "Who are you?", headers={"WWW-Authenticate": "Bearer"})
        return model(org="acme", **FACTS[token])

    add_thread_rules(auth)
    add_other_rules(auth)

    @auth.on
    async def deny_the_rest(ctx: AuthContext[Member], value: dict[str, Any]) -> bool:
        return False

    return auth


def own(ctx: AuthContext[Member]) -> Filter | None:
    return None if ctx.user.is_admin else F("owner") == ctx.user.identity


def misbehave(case: str | None, value: ThreadsCreate) -> None:
    if case == "rebind":
        value.metadata = {**(value.metadata or {}), "rebound": True}
    elif case == "ignored":
        value.if_exists = "do_nothing"
    elif case == "headers":
        raise HTTPException(403, "Not today", headers={"X-Rule": "case"})
    elif case == "crash":
        raise KeyError("a secret in an exception")


def add_thread_rules(auth: Auth) -> None:
    @auth.on.threads
    async def own_threads(ctx: AuthContext[Member], value: dict[str, Any]) -> Filter | None:
        if is_studio_user(ctx.user):
            raise HTTPException(403, "No Studio here")
        return own(ctx)

    @auth.on.threads.create
    async def stamp_thread(ctx: AuthContext[Member], value: ThreadsCreate) -> Filter | None:
        assert "write" in ctx.permissions, "You may only read"
        if value.metadata is not None:
            misbehave(value.metadata.pop("case", None), value)
            value.metadata["owner"] = ctx.user.identity
            value.metadata["level"] = ctx.user.level
        return own(ctx)

    @auth.on.threads.update
    async def keep_owner(ctx: AuthContext[Member], value: ThreadsUpdate) -> Any:
        case = (value.metadata or {}).get("case")
        if case == "empty":
            return {}
        if case == "unknown":
            return {"owner": {"$ne": "bob"}}
        if value.metadata and "owner" in value.metadata:
            value.metadata["owner"] = ctx.user.identity
        return own(ctx)

    @auth.on.threads.create_run
    async def stamp_run(ctx: AuthContext[Member], value: RunsCreate) -> Filter | None:
        assert value.metadata is not None
        value.metadata["owner"] = ctx.user.identity
        return own(ctx)


def add_other_rules(auth: Auth) -> None:
    @auth.on.assistants
    async def own_assistants(
        ctx: AuthContext[Member], value: dict[str, Any]
    ) -> dict[str, Any] | None:
        mine = {"owner": ctx.user.identity}
        return None if ctx.user.is_admin else {"$or": [mine, {"created_by": "system"}]}

    @auth.on(resources="assistants", actions=["create", "update"])
    async def stamp_assistant(
        ctx: AuthContext[Member], value: AssistantsCreate | AssistantsUpdate
    ) -> Filter | None:
        if value.metadata is not None:
            value.metadata["owner"] = ctx.user.identity
        return own(ctx)

    @auth.on.crons
    async def own_crons(ctx: AuthContext[Member], value: dict[str, Any]) -> Filter | None:
        return own(ctx)

    @auth.on.crons.create
    async def stamp_cron(ctx: AuthContext[Member], value: CronsCreate) -> None:
        assert value.metadata is not None
        value.metadata["owner"] = ctx.user.identity

    @auth.on.store(actions=["put", "get", "search", "list_namespaces"])
    async def own_items(ctx: AuthContext[Member], value: StoreValue) -> Any:
        value.namespace = (owner_label(ctx.user.identity), *(value.namespace or ()))
        return own(ctx) if "filtered" in value.namespace else None
