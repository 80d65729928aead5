"""Which client is an in-process one, and what it takes from the environment of its server."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from tests.core.in_process.fake import FakeServer

from graphwire import AsyncClient, Client, get_client, get_sync_client
from graphwire.errors import ConfigurationError
from graphwire_core.in_process import inside_server
from graphwire_core.transports import AsgiTransport

CLIENTS = [get_client, get_sync_client]


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other tests have started in this process is not here."""
    monkeypatch.delitem(sys.modules, "langgraph_api.server", raising=False)


@pytest.mark.parametrize("create", CLIENTS)
def test_outside_of_a_server_a_client_goes_to_the_default_url(create: Any) -> None:
    assert not inside_server()
    assert create().settings.url == "http://localhost:8123"


@pytest.mark.parametrize("create", CLIENTS)
def test_outside_of_a_server_the_in_process_transport_fails_at_creation(
    create: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ConfigurationError, match="keyword transport=: 'in_process': There is no LangGraph server"
    ):
        create(transport="in_process")
    monkeypatch.setenv("GRAPHWIRE_TRANSPORT", "in_process")
    with pytest.raises(ConfigurationError, match="environment GRAPHWIRE_TRANSPORT: 'in_process'"):
        create()


@pytest.mark.parametrize("create", CLIENTS)
def test_a_client_without_url_is_in_process_before_its_server_has_an_application(
    create: Any, inside: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGGRAPH_API_URL", "http://127.0.0.1:2024")  # the server sets its own
    for client in (create(), create(transport="in_process"), create(settings=create().settings)):
        assert repr(client).endswith("http://in-process over in_process>")


@pytest.mark.parametrize("create", CLIENTS)
def test_a_url_or_a_transport_that_is_named_wins(
    create: Any, inside: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert create("http://other").settings.url == "http://other"
    assert create(transport="httpx").settings.url == "http://localhost:8123"
    monkeypatch.setenv("GRAPHWIRE_URL", "http://another")
    assert create().settings.url == "http://another"
    assert create(transport="in_process").settings.url == "http://in-process"


def test_a_url_and_the_in_process_transport_are_one_too_many(inside: FakeServer) -> None:
    with pytest.raises(ConfigurationError, match=r"'in_process' .* takes no url="):
        get_client("http://other", transport="in_process")


def test_a_borrowed_transport_is_left_alone(inside: FakeServer) -> None:
    with Client(transport=AsgiTransport(inside.app)) as client:
        assert client.settings.url == "http://localhost:8123"


def test_what_the_environment_says_about_credentials_is_meant_for_others(
    inside: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGSMITH_API_KEY", "the-deployments-own-key")
    monkeypatch.setenv("GRAPHWIRE_AUTH", "of-another-server")
    assert get_client().settings.api_key is None
    explicit = get_client(api_key="mine").settings.api_key
    assert explicit is not None
    assert explicit.get_secret_value() == "mine"


async def test_a_call_before_the_server_runs_says_so(inside: FakeServer) -> None:
    client = get_client()
    with pytest.raises(ConfigurationError, match="has not started yet"):
        await client.server.ok()
    inside.start()
    assert (await client.request("GET", "/ok")) == {}


def test_a_server_that_has_ended_is_none(inside: FakeServer) -> None:
    async def serve() -> AsyncClient:
        inside.start()
        assert inside_server()
        return get_client()

    client = asyncio.run(serve())
    assert not inside_server()
    assert get_client().settings.url == "http://localhost:8123"
    with pytest.raises(ConfigurationError, match="There is no LangGraph server in this process"):
        asyncio.run(as_coroutine(client))


async def as_coroutine(client: AsyncClient) -> None:
    await client.server.ok()


async def test_one_client_serves_every_event_loop(inside: FakeServer) -> None:
    inside.start()
    client = get_client()
    await client.request("GET", "/here")
    await asyncio.to_thread(asyncio.run, client.request("GET", "/there"))
    assert [call["path"] for call in inside.calls] == ["/here", "/there"]


async def test_a_closed_client_is_closed_and_one_left_open_is_no_warning(
    inside: FakeServer,
) -> None:
    inside.start()
    await get_client().request("GET", "/")
    async with get_client() as client:
        await client.request("GET", "/")
    with pytest.raises(ConfigurationError, match="is closed"):
        await client.request("GET", "/")
    with pytest.raises(ConfigurationError, match="is closed"):
        client.as_system()


async def test_a_sync_call_in_the_loop_of_the_server_is_refused_and_in_a_thread_it_is_not(
    inside: FakeServer,
) -> None:
    inside.start()
    with get_sync_client() as client:
        with pytest.raises(ConfigurationError, match=r"asyncio\.to_thread"):
            client.request("GET", "/")
        assert await asyncio.to_thread(client.request, "GET", "/") == {}


async def test_credentials_that_fetch_tokens_find_no_way_out(inside: FakeServer) -> None:
    from graphwire_core.credentials import OAuth2ClientCredentials

    inside.start()
    credentials = OAuth2ClientCredentials("https://id.test/token", "me", "cl13nt-s3cret")
    async with get_client(auth=credentials) as client:
        with pytest.raises(ConfigurationError) as caught:
            await client.request("GET", "/")
    assert "cannot reach id.test" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert inside.calls == []


async def test_a_server_of_another_version_is_named_as_such(
    inside: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.start()
    monkeypatch.delattr(sys.modules["langgraph_api.utils"], "get_auth_ctx")
    with pytest.raises(
        ConfigurationError, match=r"has no langgraph_api\.utils\.get_auth_ctx.*pass url="
    ):
        await get_client().request("GET", "/")
