"""Clients over HTTP/2: calls, retries and run streams are what they are over HTTP/1.1."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.stream.scripted import THREAD, event
from tests.transports.certificates import Authority
from tests.transports.http2 import Http2Server
from tests.transports.http2_scripts import running, stopping, unready_once
from tests.transports.wire import PATIENCE, free_port

from graphwire import AsyncClient, get_client
from graphwire_core.errors import ConnectionFailed, RequestTimeout
from graphwire_core.retry import Retry
from graphwire_core.transports import Timeout
from graphwire_stream._async import reception

Connect = Callable[..., AsyncClient]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=["httpx", "httpx2"])
async def connect(request: pytest.FixtureRequest, authority: Authority) -> AsyncIterator[Connect]:
    """Make clients of a URL that ask for HTTP/2."""
    clients: list[AsyncClient] = []

    def make(url: str, **options: Any) -> AsyncClient:
        own = {"verify": str(authority.file), "retry": Retry(base_delay=0, max_delay=0)}
        made = get_client(url, transport=request.param, http2=True, **{**own, **options})
        clients.append(made)
        return made

    yield make
    for client in clients:
        await client.aclose()


async def test_a_call_is_sent_again_after_503_over_the_same_connection(
    connect: Connect, authority: Authority
) -> None:
    with Http2Server(unready_once, authority.server_context()) as server:
        assert await connect(server.url).server.ok()
    assert [one.line for one in server.exchanges] == ["GET /ok"] * 2
    assert server.connections == 1


async def test_the_key_and_the_headers_of_a_client_are_sent(
    connect: Connect, authority: Authority
) -> None:
    with Http2Server(unready_once, authority.server_context()) as server:
        client = connect(server.url, api_key="secret", headers={"X-Tenant": "acme"})
        assert await client.server.ok()
    sent = server.exchanges[-1].headers
    assert (sent["x-api-key"], sent["x-tenant"]) == ("secret", "acme")


async def test_a_run_is_streamed(connect: Connect, authority: Authority) -> None:
    script = running(event(1), event(2), event(3))
    with Http2Server(script, authority.server_context()) as server:
        stream = connect(server.url).runs.stream(THREAD, "agent")
        parts = [part async for part in stream]
    assert [part.data for part in parts] == [1, 2, 3]


async def test_a_run_whose_stream_is_reset_goes_on(
    connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "RESUME", Retry(5, base_delay=0, max_delay=0))
    script = running(event(1), event(2), event(3), cut_after=2)
    with Http2Server(script, authority.server_context()) as server:
        stream = connect(server.url).runs.stream(THREAD, "agent", stream_resumable=True)
        parts = [part async for part in stream]
    assert [part.data for part in parts] == [1, 2, 3]
    (resumed,) = [one for one in server.exchanges if one.line.endswith("/stream")][1:]
    assert resumed.headers["last-event-id"] in {"1-0", "2-0"}


async def test_a_run_stream_that_is_left_is_ended_at_once(
    connect: Connect, authority: Authority
) -> None:
    left = threading.Event()
    with Http2Server(stopping(left, event(1)), authority.server_context()) as server:
        stream = connect(server.url).runs.stream(THREAD, "agent")
        async with stream:
            async for part in stream:
                assert part.data == 1
                break
        assert left.wait(PATIENCE)


async def test_a_call_ends_within_its_total_timeout(connect: Connect, authority: Authority) -> None:
    with Http2Server(stopping(), authority.server_context()) as server:
        client = connect(server.url, timeout=Timeout(total=0.3))
        with pytest.raises(RequestTimeout, match=r"not over within its total timeout of 0\.3 s"):
            await client.request("GET", "/head")


async def test_a_server_that_is_not_there_is_a_failed_connection(connect: Connect) -> None:
    with pytest.raises(ConnectionFailed, match="Connection refused") as error:
        await connect(f"https://127.0.0.1:{free_port()}").server.ok()
    assert error.value.attempts == 3
