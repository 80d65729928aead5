"""What only aiohttp needs: its large bodies are written by code of ours."""

from __future__ import annotations

import threading

from tests.transports.wire import PATIENCE, Peer, Server, answer, get, post, response

from graphwire_aiohttp.transports import AsyncAiohttpTransport
from graphwire_core.transports import TransportConfig

LARGE = b"x" * 50_000_000


async def test_an_answer_before_the_end_of_a_large_body_is_read_and_ends_the_connection() -> None:
    closed, gone = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(response(b"too large", status="413 Content Too Large"))
        assert closed.wait(PATIENCE)
        peer.wait_closed()
        gone.set()

    transport = AsyncAiohttpTransport(TransportConfig("http://unused"))
    with Server(script) as server:
        answered = await transport.send(post(server.url, LARGE, write=PATIENCE))
        assert answered.status_code == 413
        assert b"".join([one async for one in answered.aiter_bytes()]) == b"too large"
        await answered.aclose()
        closed.set()
        assert gone.wait(PATIENCE)
        assert server.connections == 1
    await transport.aclose()


async def test_the_limit_of_a_write_ends_with_the_body() -> None:
    def script(peer: Peer) -> None:
        peer.request()
        assert not threading.Event().wait(0.3)
        peer.send(response(b"{}"))

    transport = AsyncAiohttpTransport(TransportConfig("http://unused"))
    with Server(script) as server:
        answered = await transport.send(post(server.url, b"x" * 1_000_000, write=0.2))
        await answered.aclose()
        assert answered.status_code == 200
    await transport.aclose()


async def test_a_transport_is_made_outside_of_an_event_loop_and_used_inside() -> None:
    made: list[AsyncAiohttpTransport] = []
    config = TransportConfig("http://unused")
    thread = threading.Thread(target=lambda: made.append(AsyncAiohttpTransport(config)))
    thread.start()
    thread.join()
    with Server(answer()) as server:
        answered = await made[0].send(get(server.url))
        await answered.aclose()
    await made[0].aclose()
