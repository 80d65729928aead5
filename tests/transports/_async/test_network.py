"""The network options of a client, by keyword and by environment, really used on each transport."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.transports._async.conftest import NAMES
from tests.transports.certificates import Authority
from tests.transports.proxies import IN_URL, proxying
from tests.transports.wire import Peer, Server, answer, response

from graphwire import AsyncClient, get_client
from graphwire_core.errors import ConnectionFailed, TransportError
from graphwire_core.transports import Limits, Timeout

Connect = Callable[..., AsyncClient]
OK = answer(response(b'{"ok": true}'))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def secure(authority: Authority) -> Iterator[Server]:
    with Server(OK, tls=authority.server_context()) as server:
        yield server


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a server of another name on this machine, and none of the machine's own proxies."""
    look_up = socket.getaddrinfo

    def local(host: Any, *arguments: Any, **keywords: Any) -> Any:
        here = host in {"server.test", b"server.test"}
        return look_up("127.0.0.1" if here else host, *arguments, **keywords)

    monkeypatch.setattr("socket.getaddrinfo", local)
    for kind in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{kind}_proxy", raising=False)
        monkeypatch.delenv(f"{kind}_proxy".upper(), raising=False)


@pytest.fixture(params=NAMES)
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    """Make clients of a URL over one of the transports."""
    clients: list[AsyncClient] = []

    def make(url: str, **options: Any) -> AsyncClient:
        clients.append(get_client(url, transport=request.param, retry=None, **options))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


def named(server: Server) -> str:
    """Return the URL of a server by the name that is not of this machine."""
    return server.url.replace("127.0.0.1", "server.test")


def with_credentials(proxy: Server) -> str:
    return proxy.url.replace("://", f"://{IN_URL}@")


async def test_the_proxy_of_the_environment_is_used(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(OK) as server, Server(proxying()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", with_credentials(proxy))
        monkeypatch.setenv("http_proxy", with_credentials(proxy))
        assert await connect(named(server)).server.ok()
        assert len(proxy.requests) == len(server.requests) == 1
        assert await connect(server.url).server.ok()  # this machine is reached without
        assert await connect(named(server), trust_env=False).server.ok()
        monkeypatch.setenv("NO_PROXY", "server.test")
        assert await connect(named(server)).server.ok()
        assert (len(proxy.requests), len(server.requests)) == (1, 4)


async def test_a_proxy_and_an_authority_of_the_environment_are_used_together(
    connect: Connect, secure: Server, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(proxying()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", with_credentials(proxy))
        monkeypatch.setenv("GRAPHWIRE_VERIFY", str(authority.file))
        client = connect(named(secure))
        for _ in range(2):
            assert await client.server.ok()
        await client.aclose()
    assert [one.line for one in proxy.requests] == [f"CONNECT server.test:{secure.port} HTTP/1.1"]
    assert [one.line for one in secure.requests] == ["GET /ok HTTP/1.1"] * 2


async def test_a_proxy_of_the_keyword_is_used_for_this_machine_too(connect: Connect) -> None:
    with Server(OK) as server, Server(proxying()) as proxy:
        assert await connect(server.url, proxy=with_credentials(proxy)).server.ok()
        assert len(proxy.requests) == 1


async def test_whom_to_trust_is_the_callers_to_say(
    connect: Connect, secure: Server, authority: Authority
) -> None:
    with pytest.raises(ConnectionFailed, match="its certificate is not trusted"):
        await connect(secure.url).server.ok()
    context = ssl.create_default_context(cafile=str(authority.file))
    for verify in (False, str(authority.file), context):
        assert await connect(secure.url, verify=verify).server.ok()


async def test_a_client_certificate_is_shown(connect: Connect, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        assert isinstance(peer.sock, ssl.SSLSocket)
        assert "ada" in repr(peer.sock.getpeercert())
        peer.send(response(b'{"ok": true}'))

    with Server(script, tls=authority.server_context(asks=True)) as server:
        trust = str(authority.file)
        cert = authority.issue("ada")
        assert await connect(server.url, verify=trust, cert=cert).server.ok()
        with pytest.raises(TransportError):
            await connect(server.url, verify=trust).server.ok()


async def test_limits_and_timeouts_reach_the_transport(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(Peer.wait_closed) as server:
        monkeypatch.setenv("GRAPHWIRE_TIMEOUT", '{"read": 0.1}')
        with pytest.raises(TransportError, match=r"Nothing could be read for 0\.1 s"):
            await connect(server.url).server.ok()
        patient = connect(server.url, timeout=30)
        with pytest.raises(TransportError, match=r"Nothing could be read for 0\.2 s"):
            await patient.with_options(timeout=Timeout(read=0.2)).server.ok()
    with Server(answer(response(b'{"ok": true}'))) as server:
        client = connect(server.url, limits=Limits(max_connections=1, keepalive_expiry=60))
        for _ in range(3):
            assert await client.server.ok()
        assert server.connections == 1


async def test_a_borrowed_http_client_is_used_whole_and_left_open() -> None:
    with Server(OK) as server:
        async with httpx.AsyncClient(headers={"x-own": "kept by httpx"}) as borrowed:
            async with AsyncClient(server.url, http_client=borrowed) as client:
                assert await client.server.ok()
            assert not borrowed.is_closed
            assert (await borrowed.get(f"{server.url}/ok")).status_code == 200
    assert server.connections == 1
