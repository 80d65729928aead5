"""TLS: a private authority is trusted when it is named, and a client certificate is shown."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.transports._async.reading import fetch
from tests.transports.certificates import Authority
from tests.transports.wire import CHUNKED, PATIENCE, Peer, Server, answer, chunk, get, response

from graphwire_core.errors import ConnectionFailed, TransportError
from graphwire_core.transports import AsyncTransport

Opened = Callable[..., AsyncTransport]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.file))


async def test_a_private_authority_is_trusted_when_it_is_named(
    opened: Opened, authority: Authority
) -> None:
    with Server(answer(), tls=authority.server_context()) as server:
        transport = opened(tls=trusting(authority))
        for _ in range(2):
            assert await fetch(transport, get(server.url)) == b"{}"
        await transport.aclose()
    assert server.connections == 1


@pytest.mark.parametrize("named", [True, False])
async def test_a_server_that_is_not_trusted_is_not_spoken_to(
    opened: Opened, authority: Authority, tmp_path: Path, *, named: bool
) -> None:
    tls = trusting(Authority(tmp_path, "another")) if named else ssl.create_default_context()
    with (
        Server(answer(), tls=authority.server_context()) as server,
        pytest.raises(ConnectionFailed) as error,
    ):
        await opened(tls=tls).send(get(server.url))
    assert f"Could not connect to {server.url}: its certificate is not trusted" in str(error.value)
    assert server.requests == []


async def test_a_client_of_plain_http_trusts_nobody(opened: Opened, authority: Authority) -> None:
    with (
        Server(answer(), tls=authority.server_context()) as server,
        pytest.raises(ConnectionFailed, match="certificate is not trusted"),
    ):
        await opened().send(get(server.url))
    assert server.requests == []


async def test_a_client_certificate_is_shown(opened: Opened, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        assert isinstance(peer.sock, ssl.SSLSocket)
        shown = peer.sock.getpeercert() or {}
        peer.send(response(repr(shown["subject"]).encode()))

    with Server(script, tls=authority.server_context(asks=True)) as server:
        tls = trusting(authority)
        tls.load_cert_chain(*authority.issue("ada"))
        assert b"'ada'" in await fetch(opened(tls=tls), get(server.url))


async def test_a_client_certificate_that_is_missing_is_a_transport_error(
    opened: Opened, authority: Authority
) -> None:
    with (
        Server(answer(), tls=authority.server_context(asks=True)) as server,
        pytest.raises(TransportError),
    ):
        await fetch(opened(tls=trusting(authority)), get(server.url))
    assert server.requests == []


async def test_a_server_that_speaks_no_tls_is_a_failed_connection(
    opened: Opened, authority: Authority
) -> None:
    with (
        Server(lambda peer: peer.send(response(b"plain"))) as server,
        pytest.raises(ConnectionFailed, match="TLS failed"),
    ):
        await opened(tls=trusting(authority)).send(get(server.url.replace("http:", "https:")))


async def test_a_handshake_that_does_not_come_is_waited_for_no_longer_than_allowed(
    opened: Opened, authority: Authority
) -> None:
    with Server(Peer.wait_closed) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(ConnectionFailed, match=r"no connection within 0\.2 s") as error:
            await opened(tls=trusting(authority)).send(get(url, connect=0.2))
    assert error.value.timed_out


async def test_a_secure_stream_closes_at_once_though_the_server_does_not_answer(
    opened: Opened, authority: Authority
) -> None:
    gone = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, chunk(b"one"))
        assert isinstance(peer.sock, ssl.SSLSocket)
        # Below TLS, where the end of the connection is seen but its farewell not answered.
        raw = peer.sock.detach()
        with socket.socket(fileno=raw) as plain:
            plain.settimeout(PATIENCE)
            Peer(plain, []).wait_closed()
        gone.set()

    with Server(script, tls=authority.server_context()) as server:
        answered = await opened(tls=trusting(authority)).send(get(server.url))
        async for one in answered.aiter_bytes():
            assert one == b"one"
            break
        await answered.aclose()
        assert gone.wait(PATIENCE)


async def test_a_body_that_is_cut_under_tls_is_a_transport_error(
    opened: Opened, authority: Authority
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, chunk(b"one"))
        peer.close()

    with (
        Server(script, tls=authority.server_context()) as server,
        pytest.raises(TransportError),
    ):
        await fetch(opened(tls=trusting(authority)), get(server.url))
