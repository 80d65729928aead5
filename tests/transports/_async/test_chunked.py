"""Bodies in chunks, as servers stream them: whole, bounded, and on connections that go on."""

from __future__ import annotations

import threading

import pytest
from tests.transports._async.reading import drain, fetch
from tests.transports.wire import CHUNKED, PATIENCE, Peer, Server, chunk, get, response

from graphwire_core.errors import TransportError
from graphwire_core.transports import AsyncTransport

PIECE = bytes(1 << 16)
MANY = 1024
"""Pieces of a body that fits into no buffer on the way."""


async def test_a_connection_is_used_again_after_a_body_in_chunks(transport: AsyncTransport) -> None:
    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(CHUNKED, chunk(b"one"), chunk(b"two"), chunk(b""))

    with Server(script) as server:
        for _ in range(3):
            assert await fetch(transport, get(server.url)) == b"onetwo"
    assert server.connections == 1


async def test_a_body_ends_where_its_chunks_do_whatever_becomes_of_the_connection(
    transport: AsyncTransport,
) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, chunk(b"one"), chunk(b""))
        peer.close()

    with Server(script) as server:
        assert await fetch(transport, get(server.url)) == b"one"


@pytest.mark.parametrize(
    "broken",
    [b"5\r\nhel", b"5\r\nhello", b"5\r\nhello\r\n", b"5\r\nhello\r\n3", b"5\r\nhello\r\n0\r\n"],
)
async def test_a_body_that_is_cut_is_an_error_after_what_it_brought(
    transport: AsyncTransport, broken: bytes
) -> None:
    headed = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED)
        assert headed.wait(PATIENCE)
        peer.send(chunk(b"one"), broken)
        peer.close()

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        headed.set()
        read = bytearray()
        with pytest.raises(TransportError, match="The connection failed"):
            await drain(answered, read.extend)
        await answered.aclose()
    assert b"onehello".startswith(read)


async def test_what_is_no_chunk_is_an_error_when_it_comes_after_the_head(
    transport: AsyncTransport,
) -> None:
    seen = threading.Event()

    def see(piece: bytes) -> None:
        assert piece == b"one"
        seen.set()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED, chunk(b"one"))
        assert seen.wait(PATIENCE)
        peer.send(b"seven\r\nhello")
        peer.wait_closed()

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        with pytest.raises(TransportError, match="The connection failed"):
            await drain(answered, see)
        await answered.aclose()


async def test_a_server_waits_for_who_reads_slowly_and_nothing_is_lost(
    transport: AsyncTransport,
) -> None:
    sent = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED)
        for _ in range(MANY):
            peer.send(chunk(PIECE))
        sent.set()
        peer.send(chunk(b""))
        peer.request()
        peer.send(response(b"{}"))

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        size = 0
        async for piece in answered.aiter_bytes():
            if not size:
                # What is not read stays with the server, but for what buffers on the way hold.
                assert not sent.wait(0.2)
            assert len(piece) < len(PIECE) * 32
            size += len(piece)
        await answered.aclose()
        assert size == MANY * len(PIECE)
        assert await fetch(transport, get(server.url)) == b"{}"
    assert server.connections == 1
