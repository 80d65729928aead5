"""The rules of an organisation, as a plugin that any deployment can install."""

# ruff: noqa: ARG001  # a rule takes both parameters, whichever it needs

from typing import Any

from graphwire_auth import Auth, AuthContext, F, Filter
from graphwire_auth.hooks import hookimpl


@hookimpl
def graphwire_auth_handlers(auth: Auth) -> None:
    """Show everybody the threads of their own organisation, and let nobody delete one."""

    @auth.on.threads(actions=["read", "search"])
    async def of_the_organisation(ctx: AuthContext, value: dict[str, Any]) -> Filter:
        return F("org").one_of([ctx.user["org"]])

    @auth.on.threads.delete
    async def nobody_deletes(ctx: AuthContext, value: dict[str, Any]) -> bool:
        return False
