"""The example of docs/transports.md, run against the real server."""

from __future__ import annotations

from docs_src.transports import choosing

from graphwire_core.testing import DevServer


async def test_each_transport_is_chosen_by_its_name(server: DevServer) -> None:
    shown = await choosing.main(server.url)
    names = [text.rpartition("over ")[2].rstrip(">") for text in shown]
    assert names == ["httpx", "httpx2", "aiohttp", "aiohttp", "httpx2"]
