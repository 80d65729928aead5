"""An application in this process: its answers stream, its failures are ours, its clients leave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from graphwire_core import AsyncClient, Timeout
from graphwire_core.errors import RequestTimeout, TransportError
from graphwire_core.transports import AsyncAsgiTransport, Request

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def request(path: str = "/", content: bytes = b"", read: float | None = 5) -> Request:
    return Request("POST", f"http://app{path}", {"x-a": "1"}, content, Timeout(read=read))


async def answer(send: Send, *chunks: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"X-B", b"2")]})
    for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body"})


async def test_the_request_arrives_as_it_was_sent_and_the_answer_comes_back() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        seen.update(scope, message=await receive())
        await answer(send, b"one", b"two")

    response = await AsyncAsgiTransport(app, root_path="/mounted").send(
        request("/a%2Fb?q=1&q=2", b"body")
    )
    body = b"".join([chunk async for chunk in response.aiter_bytes()])
    await response.aclose()

    assert (seen["path"], seen["raw_path"]) == ("/a/b", b"/a%2Fb")
    assert (seen["query_string"], seen["root_path"]) == (b"q=1&q=2", "/mounted")
    assert (b"x-a", b"1") in seen["headers"]
    assert seen["message"] == {"type": "http.request", "body": b"body", "more_body": False}
    assert (response.status_code, response.headers["x-b"], body) == (200, "2", b"onetwo")


async def test_a_chunk_can_be_read_before_the_next_is_written() -> None:
    may_go_on = asyncio.Event()

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await may_go_on.wait()
        await send({"type": "http.response.body", "body": b"second"})

    response = await AsyncAsgiTransport(app).send(request())
    chunks = response.aiter_bytes()
    assert await anext(chunks) == b"first"
    may_go_on.set()
    assert [chunk async for chunk in chunks] == [b"second"]
    await response.aclose()


async def test_an_application_does_not_run_ahead_of_its_reader() -> None:
    written = 0

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        nonlocal written
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
            written += 1

    response = await AsyncAsgiTransport(app).send(request())
    assert await anext(response.aiter_bytes()) == b"x" * 1000
    for _ in range(50):
        await asyncio.sleep(0)
    await response.aclose()
    assert written <= 3


async def test_closing_early_reaches_the_application() -> None:
    left = asyncio.Event()

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            await receive()
            await receive()
        finally:
            left.set()

    response = await AsyncAsgiTransport(app).send(request())
    await response.aclose()
    assert left.is_set()


async def test_cancelling_a_call_ends_its_task() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    call = asyncio.create_task(AsyncAsgiTransport(app).send(request()))
    await started.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert ended.is_set()


async def test_an_application_that_fails_before_and_after_its_answer_is_a_transport_error() -> None:
    async def before(scope: Any, receive: Receive, send: Send) -> None:
        raise ValueError("broken")

    async def after(scope: Any, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("broken")

    async def silent(scope: Any, receive: Receive, send: Send) -> None:
        return

    with pytest.raises(TransportError, match="ValueError: broken"):
        await AsyncAsgiTransport(before).send(request())
    with pytest.raises(TransportError, match="without answering"):
        await AsyncAsgiTransport(silent).send(request())
    response = await AsyncAsgiTransport(after).send(request())
    chunks = response.aiter_bytes()
    assert await anext(chunks) == b"half"
    with pytest.raises(TransportError, match="ValueError: broken"):
        await anext(chunks)
    await response.aclose()


async def test_silence_is_bounded_by_the_read_timeout() -> None:
    async def mute(scope: Any, receive: Receive, send: Send) -> None:
        await asyncio.Event().wait()

    with pytest.raises(RequestTimeout):
        await AsyncAsgiTransport(mute).send(request(read=0.01))


async def test_a_client_works_over_an_application() -> None:
    async def app(scope: Any, receive: Receive, send: Send) -> None:
        assert scope["path"] == "/ok"
        await answer(send, b'{"ok": true}')

    async with AsyncClient("http://app", transport=AsyncAsgiTransport(app)) as client:
        assert (await client.server.ok()).ok is True
