"""Choose a transport by name, and see which one is in use."""

from __future__ import annotations

from graphwire import get_client, get_sync_client


async def main(url: str) -> list[str]:
    """Return the repr of a client over each transport."""
    shown = []
    for name in ("httpx", "httpx2", "aiohttp"):
        async with get_client(url, transport=name) as client:
            await client.server.ok()
            shown.append(repr(client))
    async with get_client(url) as client:  # the installed one of the highest rank
        shown.append(repr(client))
    with get_sync_client(url, transport="httpx2") as sync_client:
        shown.append(repr(sync_client))
    return shown
