"""The way to the server: its TLS, its proxy, as they are for the client's other calls."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from tests.stream.event_transports._async.reading import AsyncConnect, arrived, numbers
from tests.stream.event_transports.feeds import Feed, event, events, feeding
from tests.transports.certificates import Authority
from tests.transports.proxies import EXPECTED, IN_URL, PASSWORD, proxying
from tests.transports.wire import Peer, Server

from graphwire_core.errors import ConfigurationError, ConnectionFailed
from graphwire_core.transports import AsyncHttpxTransport, TransportConfig


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def test_a_private_authority_is_trusted_when_it_is_named(
    connect: AsyncConnect, feed: Feed, way: str, authority: Authority
) -> None:
    data = feed.write(*events(*range(300)))
    script = feeding(feed, lambda peer: peer.send(data))
    with Server(script, tls=authority.server_context()) as server:
        trust = str(authority.file)
        connection = await connect(server.url, feed.name, verify=trust, transport=way)
        assert await numbers(connection, 300) == list(range(300))
        assert await connection.receive(0.05) is None
        await connection.aclose()


async def test_many_small_records_of_tls_are_read_without_waiting(
    connect: AsyncConnect, feed: Feed, way: str, authority: Authority
) -> None:
    def act(peer: Peer) -> None:
        for number in range(100):
            peer.send(feed.write(event(number, text="x" * 2000)))

    with Server(feeding(feed, act), tls=authority.server_context()) as server:
        trust = str(authority.file)
        connection = await connect(server.url, feed.name, verify=trust, transport=way)
        assert await numbers(connection, 100) == list(range(100))
        await connection.aclose()


async def test_a_server_that_is_not_trusted_is_not_spoken_to(
    connect: AsyncConnect, feed: Feed, way: str, authority: Authority
) -> None:
    with (
        Server(feeding(feed), tls=authority.server_context()) as server,
        pytest.raises(ConnectionFailed, match="its certificate is not trusted"),
    ):
        await connect(server.url, feed.name, transport=way)
    assert server.requests == []


async def test_a_client_certificate_is_shown(
    connect: AsyncConnect, feed: Feed, authority: Authority
) -> None:
    def act(peer: Peer) -> None:
        assert isinstance(peer.sock, ssl.SSLSocket)
        shown = str((peer.sock.getpeercert() or {})["subject"])
        peer.send(feed.write(event(1, text=shown)))

    with Server(feeding(feed, act), tls=authority.server_context(asks=True)) as server:
        shown = authority.issue("ada")
        connection = await connect(server.url, feed.name, verify=str(authority.file), cert=shown)
        (frame,) = await arrived(connection)
        assert "'ada'" in frame["params"]["data"]["text"]
        await connection.aclose()


@pytest.mark.parametrize("ends", ["http", "https", "http by https", "https by https"])
async def test_the_proxy_is_used_with_its_credentials(
    connect: AsyncConnect, feed: Feed, way: str, authority: Authority, ends: str
) -> None:
    data = feed.write(*events(7, 8))
    tls = authority.server_context() if ends.startswith("https") else None
    of_proxy = authority.server_context() if ends.endswith("by https") else None
    script = feeding(feed, lambda peer: peer.send(data))
    with Server(script, tls=tls) as server, Server(proxying(), tls=of_proxy) as proxy:
        url = proxy.url.replace("://", f"://{IN_URL}@")
        trust = str(authority.file)
        connection = await connect(server.url, feed.name, proxy=url, verify=trust, transport=way)
        assert await numbers(connection, 2) == [7, 8]
        await connection.aclose()
    assert proxy.requests[0].header("proxy-authorization") == EXPECTED
    assert server.requests[0].header("proxy-authorization") is None


async def test_a_proxy_that_refuses_is_an_error_without_its_password(
    connect: AsyncConnect, feed: Feed, way: str, authority: Authority
) -> None:
    with (
        Server(feeding(feed), tls=authority.server_context()) as server,
        Server(proxying(refuses=True)) as proxy,
    ):
        url = proxy.url.replace("://", f"://{IN_URL}@")
        trust = str(authority.file)
        with pytest.raises(ConnectionFailed, match=f"through the proxy {proxy.url}") as error:
            await connect(server.url, feed.name, proxy=url, verify=trust, transport=way)
    shown = f"{error.value!r} {error.value} {error.value.__dict__}"
    assert PASSWORD not in shown
    assert IN_URL not in shown
    assert server.requests == []


async def test_a_transport_that_the_caller_made_is_used_where_it_can_be(
    connect: AsyncConnect, feed: Feed
) -> None:
    with Server(feeding(feed, lambda peer: peer.send(feed.write(event(1))))) as server:
        made = AsyncHttpxTransport(TransportConfig(server.url))
        connection = await connect(server.url, feed.name, transport=made)
        assert await numbers(connection, 1) == [1]
        await connection.aclose()


class Elsewhere:
    """A transport of requests that leads nowhere on a network."""

    async def send(self, request: object) -> object:
        raise AssertionError(request)

    async def aclose(self) -> None:
        return


async def test_a_transport_without_a_network_carries_no_websocket(connect: AsyncConnect) -> None:
    with pytest.raises(ConfigurationError, match="over Elsewhere cannot open a WebSocket"):
        await connect("http://unused", transport=Elsewhere())
