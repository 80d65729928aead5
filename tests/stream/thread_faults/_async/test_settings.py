"""What a client is made with holds for all that its streams send: events, commands, states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.stream.thread_faults._async.reading import AsyncVisit, read, started, whole
from tests.stream.thread_faults._async.test_ways import WAYS
from tests.stream.thread_faults.stage import Stage, Wire, plays, refusal
from tests.stream.thread_faults.story import STORY, THREAD, WHOLE
from tests.transports.certificates import Authority
from tests.transports.proxies import EXPECTED, IN_URL, proxying
from tests.transports.wire import Server

from graphwire_core.errors import AuthenticationError, PermissionDeniedError

CUT = plays(upto=9, end=Wire.vanish)


def kinds(stage: Stage) -> set[str]:
    """Name what was asked for."""
    paths = [request.line.split()[1].partition("?")[0] for request in stage.requests]
    return {path.partition(f"/threads/{THREAD}/")[2] for path in paths}


@pytest.mark.parametrize("way", WAYS)
async def test_every_request_has_the_headers_of_the_client_and_of_the_stream(
    kind: str, way: str
) -> None:
    settings = {"headers": {"x-team": "blue", "x-place": "client"}, "api_key": "k-1"}
    headers = {"x-place": "stream", "x-tenant": "acme"}
    with Stage(CUT, plays(known=9)) as stage:
        async with AsyncVisit(
            stage, kind, way=way, settings=settings, thread_id=THREAD, headers=headers
        ) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE
        assert kinds(stage) == {"commands", "stream/events", "state", "history"}
        for request in stage.requests:
            told = {name: request.header(name) for name in ("x-team", "x-place", "x-tenant")}
            assert told == {"x-team": "blue", "x-place": "stream", "x-tenant": "acme"}
            assert request.header("x-api-key") == "k-1"
            assert (request.header("user-agent") or "").startswith("graphwire")


async def test_every_request_has_the_cookies_and_the_authentication_of_a_borrowed_client(
    kind: str,
) -> None:
    with Stage(CUT, plays(known=9)) as stage:
        async with (
            httpx.AsyncClient(cookies={"session": "abc"}, auth=("ada", "pw")) as borrowed,
            AsyncVisit(stage, kind, settings={"http_client": borrowed}) as thread,
        ):
            await started(thread)
            assert await whole(thread) == WHOLE
        assert len(stage.subscriptions) >= 2
        for request in stage.requests:
            assert request.header("cookie") == "session=abc"
            assert request.header("authorization") == "Basic YWRhOnB3"


async def test_a_token_that_has_expired_is_renewed_for_the_next_connection(kind: str) -> None:
    """Over WebSocket many servers know but one status, whatever the reason."""
    tokens = iter(["one", "two"])
    stale = refusal("401 Unauthorized" if kind == "sse" else "403 Forbidden")
    with Stage(CUT, stale, plays(known=9)) as stage:
        settings = {"auth": lambda: next(tokens)}
        async with AsyncVisit(stage, kind, settings=settings) as thread:
            await started(thread)
            assert await read(thread, "values") == await read(thread, "values")
            assert await whole(thread) == WHOLE
    shown = [request.header("authorization") for request in stage.subscriptions[:3]]
    assert shown == ["Bearer one", "Bearer one", "Bearer two"]


async def test_credentials_that_are_refused_for_good_are_told_without_the_secret(
    kind: str,
) -> None:
    refused = refusal("403 Forbidden", body=b'{"detail":"not you"}')
    with Stage(refused) as stage:
        async with AsyncVisit(stage, kind, settings={"api_key": "s3cret"}) as thread:
            await started(thread)
            error = (await read(thread, "values")).error
            assert isinstance(error, AuthenticationError | PermissionDeniedError)
            assert "not you" in str(error)
            assert "s3cret" not in f"{error} {error!r} {error.__dict__} {thread!r}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secure", [False, True])
async def test_proxy_and_tls_are_those_of_the_client(
    kind: str, way: str, tmp_path: Path, *, secure: bool
) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context() if secure else None
    with (
        Server(proxying()) as proxy,
        Stage(plays(STORY, upto=9, end=Wire.vanish), plays(known=9), tls=tls) as stage,
    ):
        url = proxy.url.replace("://", f"://{IN_URL}@")
        settings: dict[str, Any] = {"proxy": url, "verify": str(authority.file)}
        async with AsyncVisit(stage, kind, way=way, settings=settings) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE
        assert len(stage.subscriptions) >= 2
        assert len(proxy.requests) >= 2
        assert {request.header("proxy-authorization") for request in proxy.requests} == {EXPECTED}
        assert {request.header("proxy-authorization") for request in stage.requests} == {None}
