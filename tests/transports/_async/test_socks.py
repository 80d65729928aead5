"""A SOCKS5 proxy is really used: for plain and for secure requests, with its credentials."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.transports._async.conftest import MAKERS
from tests.transports._async.reading import fetch
from tests.transports.certificates import Authority
from tests.transports.http2 import Http2Server
from tests.transports.http2_scripts import answering
from tests.transports.proxies import IN_URL
from tests.transports.socks import Socks, saying
from tests.transports.wire import Peer, Script, Server, answer, free_port, get, post

from graphwire_core.errors import ConnectionFailed
from graphwire_core.transports import AsyncTransport, TransportConfig

Opened = Callable[..., AsyncTransport]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=["httpx", "httpx2"])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    """Make transports, by the keywords of their configuration; they are closed after the test."""
    transports: list[AsyncTransport] = []

    def make(**config: Any) -> AsyncTransport:
        made = TransportConfig(**{"url": "http://unused", **config})
        transports.append(MAKERS[request.param](made))
        return transports[-1]

    yield make
    for transport in transports:
        await transport.aclose()


def through(proxy: Server, credentials: str = IN_URL, scheme: str = "socks5") -> str:
    return proxy.url.replace(
        "http://", f"{scheme}://{credentials}@" if credentials else "socks5://"
    )


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_names_are_the_proxy_s_to_resolve(opened: Opened, scheme: str) -> None:
    script = Socks()
    with Server(answer()) as server, Server(script) as proxy:
        transport = opened(proxy=through(proxy, scheme=scheme))
        url = f"http://server.test:{server.port}"
        for _ in range(2):
            assert await fetch(transport, post(url, b"[1]", "/a/%2E%2E")) == b"{}"
        await transport.aclose()
    assert script.asked == [("server.test", server.port)]
    assert [one.line for one in server.requests] == ["POST /a/%2E%2E HTTP/1.1"] * 2
    assert server.requests[0].header("host") == f"server.test:{server.port}"


@pytest.mark.parametrize("bound", [1, 3, 4])
async def test_an_address_is_asked_for_as_one(opened: Opened, bound: int) -> None:
    script = Socks(wants_credentials=False, bound=bound)
    with Server(answer()) as server, Server(script) as proxy:
        transport = opened(proxy=through(proxy, ""))
        assert await fetch(transport, get(server.url)) == b"{}"
        assert await fetch(transport, get(f"http://[::1]:{server.port}")) == b"{}"
        await transport.aclose()
    assert script.asked == [("127.0.0.1", server.port), ("::1", server.port)]


async def test_a_secure_request_is_encrypted_all_the_way(
    opened: Opened, authority: Authority
) -> None:
    trust = ssl.create_default_context(cafile=str(authority.file))
    with Server(answer(), tls=authority.server_context()) as server, Server(Socks()) as proxy:
        transport = opened(proxy=through(proxy), tls=trust)
        for _ in range(2):
            assert await fetch(transport, get(server.url)) == b"{}"
        await transport.aclose()
    assert (server.connections, proxy.connections) == (1, 1)


async def test_http2_is_spoken_through_it(opened: Opened, authority: Authority) -> None:
    trust = ssl.create_default_context(cafile=str(authority.file))
    with (
        Http2Server(answering, authority.server_context()) as server,
        Server(Socks()) as proxy,
    ):
        transport = opened(proxy=through(proxy), tls=trust, http2=True)
        for _ in range(2):
            assert await fetch(transport, get(server.url, "/a")) == b"GET /a"
        await transport.aclose()
    assert (server.connections, proxy.connections) == (1, 1)


REFUSALS: dict[str, tuple[Script, str, str]] = {
    "wants none of our credentials": (
        Socks(wants_credentials=False),
        IN_URL,
        "it wants other credentials",
    ),
    "wants credentials": (Socks(), "", "it wants credentials"),
    "refuses the credentials": (Socks(), "ada:wrong", "it refuses the credentials"),
    "finds nobody": (Socks(reply=5), IN_URL, "Connection refused"),
    "finds no host": (Socks(reply=4, bound=3), IN_URL, "the host is unreachable"),
    "has its own reasons": (Socks(reply=99), IN_URL, "it answers 99"),
    "speaks HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "", "it does not speak SOCKS5"),
    "hangs up": (saying(b""), "", "it hung up"),
    "hangs up later": (saying(b"\x05\x00", b"\x05"), "", "it hung up"),
    "takes no long names": (Socks(), f"{'a' * 256}:b", "it takes names and passwords of 255 bytes"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_a_proxy_that_does_not_lead_on_is_a_failed_connection(
    opened: Opened, refusal: str
) -> None:
    script, credentials, reason = REFUSALS[refusal]
    with Server(script) as proxy:
        transport = opened(proxy=through(proxy, credentials))
        with pytest.raises(ConnectionFailed) as error:
            await transport.send(get("http://server.test:8123"))
    assert str(error.value).startswith(
        "Could not connect to http://server.test:8123 through the proxy "
        f"socks5://127.0.0.1:{proxy.port}: {reason}"
    )


@pytest.mark.parametrize("silent", [Peer.wait_closed, saying(b"\x05", b"")])
async def test_a_silent_proxy_is_waited_for_no_longer_than_allowed(
    opened: Opened, silent: Script
) -> None:
    def script(peer: Peer) -> None:
        silent(peer)
        peer.wait_closed()

    with Server(script) as proxy:
        transport = opened(proxy=through(proxy, ""))
        with pytest.raises(ConnectionFailed, match=r"no connection within 0\.2 s") as error:
            await transport.send(get("http://server.test:8123", connect=0.2))
    assert error.value.timed_out


async def test_a_proxy_that_is_not_there_is_named_without_its_credentials(opened: Opened) -> None:
    port = free_port()
    transport = opened(proxy=f"socks5://{IN_URL}@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed) as error:
        await transport.send(get("http://server.test:8123"))
    assert str(error.value) == (
        "Could not connect to http://server.test:8123 through the proxy "
        f"socks5://127.0.0.1:{port}: Connection refused"
    )
