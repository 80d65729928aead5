"""A client of an application in the same process: its streams, its lifespan, its failures."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from tests.core.transports.applications import application, bare, wsgi

from graphwire import AsyncClient
from graphwire.errors import ConfigurationError, NotFoundError, TransportError
from graphwire_core.transports import AsyncAsgiTransport


async def test_an_event_arrives_while_the_application_waits_for_its_reader() -> None:
    seen = []
    async with AsyncClient.from_app(application([])) as client:
        async for part in client.runs.join_stream("t", "r"):
            seen.append(part.data)
            if part.data == 1:
                await client.request("GET", "/tell")
    assert seen == [1, 2, None]


async def test_leaving_a_stream_early_reaches_the_application() -> None:
    log: list[str] = []
    async with AsyncClient.from_app(application(log)) as client:
        async with client.runs.join_stream("t", "r") as stream:
            async for part in stream:
                assert part.data == 1
                break
        assert log == ["started", "left"]


async def test_a_stream_that_nobody_closed_ends_with_the_client() -> None:
    log: list[str] = []
    client = AsyncClient.from_app(application(log))
    stream = client.runs.join_stream("t", "r")
    await stream.__aenter__()
    await client.aclose()
    assert log == ["started", "left", "stopped"]


async def test_the_lifespan_begins_before_the_first_call_and_ends_at_the_close() -> None:
    log: list[str] = []
    async with AsyncClient.from_app(application(log), url="http://shop.test") as client:
        assert log == []
        found = await client.request("GET", "/state")
        assert found == ["open", "/state", "http://shop.test/"]
    assert log == ["started", "stopped"]


async def test_a_lifespan_that_is_off_is_its_owners_affair() -> None:
    log: list[str] = []
    async with AsyncClient.from_app(application(log), lifespan="off") as client:
        await client.request("GET", "/work")
    assert log == ["answered", "done later"]


async def test_what_goes_on_behind_an_answer_is_finished_before_the_close() -> None:
    log: list[str] = []
    async with AsyncClient.from_app(application(log)) as client:
        await client.request("GET", "/work")
    assert log == ["started", "answered", "done later", "stopped"]


@pytest.mark.parametrize("kind", ["raises", "returns", "breaks"])
async def test_an_application_without_lifespan_works(kind: Any) -> None:
    async with AsyncClient.from_app(bare(kind)) as client:
        assert await client.request("GET", "/here") == "/here"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("raises", r"it raised NotImplementedError: only HTTP here \(.*applications\.py, line \d+"),
        ("returns", "it ended at once"),
    ],
)
async def test_an_application_that_must_have_a_lifespan_and_has_none_is_an_error(
    kind: Any, said: str
) -> None:
    async with AsyncClient.from_app(bare(kind), lifespan="on") as client:
        with pytest.raises(
            ConfigurationError, match=rf"bare\.<locals>\.app has no lifespan.*{said}"
        ):
            await client.server.ok()


async def test_a_startup_that_fails_says_what_and_where() -> None:
    async with AsyncClient.from_app(application([], fails=True)) as client:
        for _ in range(2):
            with pytest.raises(ConfigurationError) as caught:
                await client.server.ok()
    said = str(caught.value)
    assert "starlette.applications.Starlette failed to start: RuntimeError: no database" in said
    assert "applications.py, line" in said
    assert "in lifespan" in said


async def test_a_startup_that_is_refused_says_so() -> None:
    async with AsyncClient.from_app(bare("refuses")) as client:
        with pytest.raises(ConfigurationError, match="failed to start: no licence"):
            await client.server.ok()


async def test_a_startup_that_takes_too_long_is_an_error() -> None:
    transport = AsyncAsgiTransport(bare("sleeps"), lifespan="auto", lifespan_timeout=0.05)
    async with AsyncClient(transport=transport) as client:
        with pytest.raises(
            ConfigurationError, match=r"did not complete its startup within 0\.05 s"
        ):
            await client.server.ok()


async def test_a_shutdown_that_fails_is_not_silent() -> None:
    client = AsyncClient.from_app(bare("leaves"))
    await client.request("GET", "/")
    with pytest.raises(TransportError, match="failed to shut down: not flushed"):
        await client.aclose()


async def test_a_failure_names_the_lifespan_that_never_began() -> None:
    async with AsyncClient.from_app(bare("fails"), retry=None) as client:
        with pytest.raises(TransportError) as caught:
            await client.server.ok()
    said = str(caught.value)
    assert "The application failed: KeyError: 'database'" in said
    assert "its lifespan raised NotImplementedError" in said


async def test_an_error_of_the_application_is_the_answer_that_it_sent() -> None:
    async with AsyncClient.from_app(FastAPI()) as client:
        with pytest.raises(NotFoundError, match="Not Found"):
            await client.request("GET", "/nothing")


@pytest.mark.parametrize(
    ("app", "got"),
    [
        (None, "got NoneType None"),
        ("app:app", "got str 'app:app'"),
        (FastAPI, "got .*FastAPI"),
        (wsgi, "too many positional arguments"),
    ],
)
def test_what_is_no_application_is_refused(app: Any, got: str) -> None:
    with pytest.raises(ConfigurationError, match=f"app: expected an ASGI application.*{got}"):
        AsyncClient.from_app(app)


def test_an_option_of_connections_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="keyword http2=: transport= brings its own"):
        AsyncClient.from_app(bare("raises"), http2=True)


async def test_acting_as_a_user_is_for_in_process_clients() -> None:
    async with AsyncClient.from_app(bare("raises")) as client:
        with pytest.raises(ConfigurationError, match="only an in-process client can"):
            client.acting_as("bob")
        with pytest.raises(ConfigurationError, match="only an in-process client can"):
            client.as_system()
