"""A proxy is really used: for plain requests, for tunnels, with its credentials."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.transports._async.reading import fetch
from tests.transports.certificates import Authority
from tests.transports.proxies import IN_URL, proxying
from tests.transports.wire import Server, answer, free_port, get, post

from graphwire_core.errors import ConnectionFailed
from graphwire_core.transports import AsyncTransport

Opened = Callable[..., AsyncTransport]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.file))


@pytest.fixture
def secure(authority: Authority) -> Iterator[Server]:
    with Server(answer(), tls=authority.server_context()) as server:
        yield server


def with_credentials(proxy: Server) -> str:
    return proxy.url.replace("://", f"://{IN_URL}@")


async def test_a_plain_request_goes_through_the_proxy(opened: Opened) -> None:
    with Server(answer()) as server, Server(proxying()) as proxy:
        transport = opened(proxy=with_credentials(proxy))
        assert await fetch(transport, post(server.url, b"[1]", "/a/%2E%2E?x=%2F")) == b"{}"
    assert proxy.requests[0].line == f"POST {server.url}/a/%2E%2E?x=%2F HTTP/1.1"
    assert server.requests[0].line == "POST /a/%2E%2E?x=%2F HTTP/1.1"
    assert server.requests[0].body == b"[1]"
    assert server.requests[0].header("proxy-authorization") is None


async def test_a_secure_request_goes_through_a_tunnel(
    opened: Opened, secure: Server, trust: ssl.SSLContext
) -> None:
    with Server(proxying()) as proxy:
        transport = opened(proxy=with_credentials(proxy), tls=trust)
        for _ in range(2):
            assert await fetch(transport, get(secure.url, "/a/%2E%2E")) == b"{}"
        await transport.aclose()
    assert [one.line for one in proxy.requests] == [f"CONNECT 127.0.0.1:{secure.port} HTTP/1.1"]
    assert [one.line for one in secure.requests] == ["GET /a/%2E%2E HTTP/1.1"] * 2
    assert secure.requests[0].header("proxy-authorization") is None


async def test_a_proxy_may_be_reached_over_tls(
    opened: Opened, authority: Authority, trust: ssl.SSLContext
) -> None:
    with Server(answer()) as server, Server(proxying(), tls=authority.server_context()) as proxy:
        transport = opened(proxy=with_credentials(proxy), tls=trust)
        assert await fetch(transport, get(server.url)) == b"{}"
        await transport.aclose()
    assert len(proxy.requests) == len(server.requests) == 1


async def test_a_proxy_that_refuses_the_tunnel_is_a_failed_connection(
    opened: Opened, secure: Server, trust: ssl.SSLContext
) -> None:
    with Server(proxying(refuses=True)) as proxy:
        transport = opened(proxy=with_credentials(proxy), tls=trust)
        with pytest.raises(ConnectionFailed) as error:
            await transport.send(get(secure.url))
    assert str(error.value) == (
        f"Could not connect to {secure.url} through the proxy {proxy.url}: "
        "407 Proxy Authentication Required"
    )
    assert secure.connections == 0


async def test_a_proxy_that_is_not_there_is_named_without_its_credentials(opened: Opened) -> None:
    port = free_port()
    transport = opened(proxy=f"http://{IN_URL}@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed) as error:
        await transport.send(get("http://server.test:8123"))
    assert str(error.value) == (
        "Could not connect to http://server.test:8123 through the proxy "
        f"http://127.0.0.1:{port}: Connection refused"
    )
