"""Any ASGI application behind a socket, and what it says of one that cannot be started."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from graphwire import get_client, get_sync_client
from graphwire_core.errors import ConfigurationError
from graphwire_core.models import Thread
from graphwire_core.testing import AppServer, make


class Life:
    """An application that notes when it is started and ended."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        routes = [
            Route("/ok", self.ok),
            Route("/threads", self.create, methods=["POST"]),
            Route("/runs/stream", self.stream, methods=["POST"]),
        ]
        self.app = Starlette(routes=routes, lifespan=self.lifespan)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[dict[str, Any]]:
        self.seen.append("started")
        yield {"answer": True}
        self.seen.append("ended")

    async def ok(self, request: Request) -> Response:
        return JSONResponse({"ok": request.state.answer})

    async def create(self, request: Request) -> Response:
        return Response(make(Thread, thread_id="t1").model_dump_json(exclude_unset=True))

    async def stream(self, request: Request) -> Response:
        async def events() -> AsyncIterator[str]:
            for number in range(3):
                yield f"event: values\ndata: {number}\n\n"
                await asyncio.sleep(0)
            yield "event: end\ndata: null\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")


async def test_an_application_is_served_with_its_lifespan_to_both_colours() -> None:
    life = Life()
    with AppServer(life.app) as server:
        assert life.seen == ["started"]
        async with get_client(server.url, trust_env=False, api_key=None) as client:
            assert (await client.server.ok()).ok
            stream = client.runs.stream(None, "agent")
            assert [part.data async for part in stream] == [0, 1, 2, None]
        with get_sync_client(server.url, trust_env=False, api_key=None) as sync:
            assert sync.threads.create().thread_id == "t1"
    assert life.seen == ["started", "ended"]


def test_a_stopped_server_leaves_no_thread_and_may_start_again() -> None:
    life = Life()
    server = AppServer(life.app)
    before = threading.active_count()
    for _ in range(2):
        with server, get_sync_client(server.url, trust_env=False, api_key=None) as client:
            assert client.server.ok().ok
        assert threading.active_count() == before
    assert life.seen == ["started", "ended"] * 2


async def http_only(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        raise KeyError(scope["type"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"ok": true}'})


async def silent(scope: Any, receive: Any, send: Any) -> None:
    return


async def refusing(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database today"})


@asynccontextmanager
async def failing(app: Starlette) -> AsyncIterator[None]:
    raise OSError("no database today")
    yield


@pytest.mark.parametrize(
    ("app", "said"),
    [
        (http_only, r"http_only has no lifespan: .* it raised KeyError: 'lifespan' .*line \d+"),
        (silent, "silent has no lifespan: .* it ended at once"),
        (refusing, "refusing failed to start: no database today"),
        (Starlette(lifespan=failing), "failed to start: .*no database today"),
    ],
    ids=["without", "silent", "refusing", "failing"],
)
def test_an_application_that_cannot_be_started_is_told_with_what_it_raised(
    app: Any, said: str
) -> None:
    server = AppServer(app)
    with pytest.raises(ConfigurationError, match=said):
        server.start()
    assert not [one for one in threading.enumerate() if one.name == "graphwire server"]


@pytest.mark.parametrize("mode", ["auto", "off"])
def test_an_application_without_lifespan_is_served_where_that_is_said(mode: Any) -> None:
    with (
        AppServer(http_only, lifespan=mode) as server,
        get_sync_client(server.url, trust_env=False, api_key=None) as client,
    ):
        assert client.server.ok().ok


def test_an_application_that_never_gets_ready_is_given_up() -> None:
    async def forever(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    with pytest.raises(ConfigurationError, match=r"did not complete its startup within 0\.2 s"):
        AppServer(forever, start_timeout=0.2).start()
