"""`Timeout.total`: the end of a whole call, whatever it waits for just then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from tests.core.wire import Seen, WireServer, ok

from graphwire_core import AsyncClient, Client, Retry, Timeout
from graphwire_core.errors import GraphwireError, RequestTimeout

TOTAL = 0.4
LONG = 30.0
"""Far beyond what a busy machine adds: a call that takes half as long was not ended."""

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"


def then_silent(*pieces: bytes, pause: float = 0.0) -> Callable[[Seen, Any], object]:
    """Make an answer that begins, and does not end while the client listens."""

    def answer(_: Seen, connection: Any) -> str:
        for piece in pieces:
            Event().wait(pause)  # `time.sleep` is patched in other tests
            connection.sendall(piece)
        connection.settimeout(LONG)
        connection.recv(1)  # until the client has had enough
        return "close"

    return answer


def dripping(_: Seen, connection: Any) -> str:
    """Answer byte by byte, for as long as somebody listens."""
    connection.sendall(HEAD.replace(b"100\r\n", b"100000\r\n"))
    for _drop in range(1000):
        connection.sendall(b" ")
        Event().wait(0.02)
    return "close"


ENDLESS = {
    "no head": then_silent(),
    "half a head": then_silent(HEAD[:30]),
    "no body": then_silent(HEAD),
    # The wait for the rest begins late: a limit of its own would begin anew.
    "half a body": then_silent(HEAD, b"{", pause=TOTAL / 3),
    "a body that drips in": dripping,
}
KINDS = [
    *(("async", name) for name in ("httpx", "httpx2", "aiohttp")),
    *(("sync", name) for name in ("httpx", "httpx2")),
]


def call_async(url: str, use: Callable[[Any], Any], options: dict[str, Any]) -> None:
    async def main() -> None:
        async with AsyncClient(url, **options) as client:
            await use(client)

    asyncio.run(main())


def call_sync(url: str, use: Callable[[Any], Any], options: dict[str, Any]) -> None:
    with Client(url, **options) as client:
        use(client)


CALLERS = {"async": call_async, "sync": call_sync}


def run(colour: str, url: str, use: Callable[[Any], Any], **options: Any) -> GraphwireError:
    """Return what a call fails with, and assert that it did so in time."""
    limits = Timeout(connect=LONG, read=LONG, write=LONG, pool=LONG, total=TOTAL)
    options = {"timeout": limits, "retry": Retry(), "api_key": None, **options}

    started = time.monotonic()
    with pytest.raises(GraphwireError) as caught:
        CALLERS[colour](url, use, options)
    assert time.monotonic() - started < LONG / 2
    return caught.value


@pytest.mark.parametrize(("colour", "transport"), KINDS)
@pytest.mark.parametrize("answer", ENDLESS.values(), ids=ENDLESS)
def test_a_call_ends_with_its_total_timeout_while_a_read_is_pending(
    colour: str, transport: str, answer: Callable[[Seen, Any], object]
) -> None:
    with WireServer(answer) as server:
        error = run(colour, server.url, lambda client: client.server.ok(), transport=transport)
        assert len(server.seen) <= 1
    assert type(error) is RequestTimeout
    assert error.message == f"The call was not over within its total timeout of {TOTAL} s"
    assert (error.method, error.path, error.attempts) == ("GET", "/ok", 1)


@pytest.mark.parametrize("colour", CALLERS)
@pytest.mark.parametrize("method", ["wait", "join"])
def test_the_wait_for_a_run_ends_too(colour: str, method: str) -> None:
    def use(client: Any) -> Any:
        arguments = ("t", "agent") if method == "wait" else ("t", "r")
        return getattr(client.runs, method)(*arguments)

    with WireServer(dripping) as server:
        error = run(colour, server.url, use)
    assert type(error) is RequestTimeout
    assert "total timeout" in error.message


def test_a_token_that_does_not_come_is_not_waited_for_beyond_the_total() -> None:
    async def token() -> str:
        await asyncio.sleep(LONG)
        return "late"

    with WireServer(lambda _, connection: connection.sendall(ok())) as server:
        error = run("async", server.url, lambda client: client.server.ok(), auth=token)
        assert server.seen == []
    assert type(error) is RequestTimeout


@pytest.mark.parametrize("colour", CALLERS)
def test_the_retries_of_a_call_share_its_total(colour: str) -> None:
    limits = Timeout(connect=LONG, read=LONG, write=LONG, pool=LONG, total=3)
    with WireServer(lambda *_: "close") as server:
        retry = Retry(attempts=10_000, base_delay=0.1, max_delay=0.1)
        error = run(
            colour, server.url, lambda client: client.server.ok(), retry=retry, timeout=limits
        )
        assert 1 < len(server.seen) < 1000
        assert len(server.seen) <= error.attempts <= len(server.seen) + 1


@pytest.mark.parametrize("colour", CALLERS)
def test_a_call_that_is_over_in_time_is_not_touched(colour: str) -> None:
    done: list[Any] = []

    async def ask(client: Any) -> None:
        done.append(await client.server.ok())

    use = ask if colour == "async" else lambda client: done.append(client.server.ok())
    with WireServer(lambda _, connection: connection.sendall(ok(b'{"ok": true}'))) as server:
        CALLERS[colour](server.url, use, {"timeout": Timeout(total=LONG)})
    assert [one.ok for one in done] == [True]
