"""The examples of docs/transports.md: against the real server, and against one of HTTP/2."""

from __future__ import annotations

from pathlib import Path

from docs_src.transports import choosing, http2
from tests.transports.certificates import Authority
from tests.transports.http2 import Exchange, Http2Server

from graphwire_core.testing import DevServer


async def test_each_transport_is_chosen_by_its_name(server: DevServer) -> None:
    shown = await choosing.main(server.url)
    names = [text.rpartition("over ")[2].rstrip(">") for text in shown]
    assert names == ["httpx", "httpx2", "aiohttp", "aiohttp", "httpx2"]


async def test_fifty_calls_at_once_go_over_one_connection_of_http2(tmp_path: Path) -> None:
    async def healthy(exchange: Exchange) -> None:
        await exchange.answer(b'{"ok": true}')

    authority = Authority(tmp_path)
    with Http2Server(healthy, authority.server_context()) as server:
        assert await http2.main(server.url, str(authority.file)) == 50
    assert server.connections == 1
