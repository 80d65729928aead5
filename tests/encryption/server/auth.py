"""Who calls: a token names a user and a tenant. The owner is stamped in clear, to search by."""

from typing import Any

from langgraph_sdk import Auth

auth = Auth()


@auth.authenticate
async def authenticate(authorization: str | None) -> Any:
    name, _, org = (authorization or "").removeprefix("Bearer ").partition("@")
    if not name:
        raise Auth.exceptions.HTTPException(401)
    return {"identity": name, "org": org or None}


@auth.on.threads.create
async def stamp_thread(ctx: Auth.types.AuthContext, value: Any) -> None:
    if "metadata" in value:  # a copy is created without
        value["metadata"]["owner"] = ctx.user.identity


@auth.on.threads.create_run
async def stamp_run(ctx: Auth.types.AuthContext, value: Any) -> None:
    value["metadata"]["owner"] = ctx.user.identity
