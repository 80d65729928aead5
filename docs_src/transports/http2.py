"""Fifty calls at once over one connection of HTTP/2."""

from __future__ import annotations

import asyncio

from graphwire import get_client


async def main(url: str, authority: str | None = None) -> int:
    """Ask fifty times at once whether the server is well; return how often it is."""
    trust = authority or True
    async with get_client(url, transport="httpx2", http2=True, verify=trust) as client:
        answers = await asyncio.gather(*(client.server.ok() for _ in range(50)))
    return sum(answer.ok for answer in answers)
