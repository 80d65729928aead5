"""What a user sees when the connection to the deployment drops."""

from helpdesk import Desk

from graphwire import AsyncClient
from graphwire_core.testing import Drop, Event, StreamServer


async def test_each_word_comes_once_although_the_connection_drops() -> None:
    words = [Event("custom", word) for word in ("It", "is", "on", "its", "way.")]
    with StreamServer([*words[:2], Drop(), *words[2:]]) as server:
        async with AsyncClient(server.url, api_key=None, trust_env=False) as client:
            desk = Desk(client)
            thread = await desk.open("ada")
            seen = [word async for word in desk.ask(thread, "Where is my parcel?")]
    assert seen == ["It", "is", "on", "its", "way."]
