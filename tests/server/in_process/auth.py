"""Who may call the test deployment: everybody owns what they create."""

from typing import Any

from graphwire import get_client
from graphwire_auth import Auth, HTTPException, User
from graphwire_auth.ownership import Ownership

client = get_client()
auth = Auth()


@auth.authenticate
async def authenticate(authorization: str | None) -> Any:
    token = (authorization or "").removeprefix("Bearer ")
    if token == "endless-token":
        # The server has to find out who asks, and asks here again.
        return await client.threads.count(headers={"authorization": f"Bearer {token}"})
    if token == "looked-up-token":
        found = await client.as_system().store.get_item(["tokens"], token)
        token = str(found.value["of"]) if found else ""
    if not token.endswith("-token"):
        raise HTTPException(401, "Who are you?")
    return User(identity=token.removesuffix("-token"), permissions=("write",))


auth.on(Ownership(field="owner", system_assistants=True))
