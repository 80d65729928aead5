from typing import Any

from langgraph_sdk import Auth

auth = Auth()
TOKENS = {"ada-token": ("ada", "acme"), "bob-token": ("bob", "zeta")}


@auth.authenticate
async def authenticate(authorization: str | None) -> Any:
    found = TOKENS.get((authorization or "").removeprefix("Bearer "))
    if found is None:
        raise Auth.exceptions.HTTPException(401)
    return {"identity": found[0], "org": found[1]}


@auth.on.threads
async def own_threads(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> dict[str, str]:
    if isinstance(value.get("metadata"), dict):
        value["metadata"]["owner"] = ctx.user.identity
    return {"owner": ctx.user.identity}
