"""Which transport a client uses: the named one, else the installed one of the highest rank."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.transports.wire import Server, answer, response

from graphwire import get_client, get_sync_client
from graphwire_core.errors import ConfigurationError, MissingPackageError
from graphwire_core.plugins import PluginHost

OURS = {"aiohttp", "httpx", "httpx2"}


@pytest.fixture(autouse=True)
def no_choice_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHWIRE_TRANSPORT", raising=False)
    monkeypatch.delenv("GRAPHWIRE_PLUGINS", raising=False)


def test_the_packages_are_found_through_their_entry_points() -> None:
    host = PluginHost()
    assert host.transports.async_makers().keys() >= OURS
    assert host.transports.sync_makers().keys() & OURS == {"httpx", "httpx2"}
    found = {one.name: one for one in host.plugins if one.origin == "discovered"}
    assert found["aiohttp"].distribution == "graphwire-aiohttp"
    assert found["httpx2"].distribution == "graphwire-httpx2"
    assert found["httpx2"].hooks == ("graphwire_register_transports",)


@pytest.mark.parametrize("name", sorted(OURS))
async def test_an_async_client_uses_the_transport_that_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(answer(response(b'{"ok": true}'))) as server:
        async with get_client(url=server.url, transport=name) as client:
            assert repr(client) == f"<AsyncClient {server.url} over {name}>"
            assert await client.server.ok()
        monkeypatch.setenv("GRAPHWIRE_TRANSPORT", name)
        async with get_client(url=server.url) as client:
            assert repr(client).endswith(f"over {name}>")
            assert await client.server.ok()


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_a_sync_client_uses_the_transport_that_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(answer(response(b'{"ok": true}'))) as server:
        with get_sync_client(url=server.url, transport=name) as client:
            assert repr(client) == f"<Client {server.url} over {name}>"
            assert client.server.ok()
        monkeypatch.setenv("GRAPHWIRE_TRANSPORT", name)
        with get_sync_client(url=server.url) as client:
            assert repr(client).endswith(f"over {name}>")
            assert client.server.ok()


def test_without_a_name_the_fastest_that_is_installed_is_used() -> None:
    assert repr(get_client(url="http://localhost:1")).endswith("over aiohttp>")
    assert repr(get_sync_client(url="http://localhost:1")).endswith("over httpx2>")


@pytest.mark.parametrize(
    ("blocked", "used", "used_by_sync"),
    [
        ("aiohttp", "httpx2", "httpx2"),
        ("httpx2", "aiohttp", "httpx"),
        ("aiohttp,httpx2", "httpx", "httpx"),
    ],
)
def test_what_is_blocked_is_not_used(
    blocked: str, used: str, used_by_sync: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS_BLOCK", blocked)
    assert repr(get_client(url="http://localhost:1")).endswith(f"over {used}>")
    assert repr(get_sync_client(url="http://localhost:1")).endswith(f"over {used_by_sync}>")


def test_aiohttp_is_for_async_clients() -> None:
    with pytest.raises(ConfigurationError, match="transport=: 'aiohttp' is for the other colour"):
        get_sync_client(url="http://localhost:1", transport="aiohttp")


def test_a_name_that_nobody_registered_lists_those_that_are() -> None:
    known = "there is no transport 'aiohtp'; registered: aiohttp, httpx, httpx2"
    with pytest.raises(ConfigurationError, match=known):
        get_client(url="http://localhost:1", transport="aiohtp")


def test_a_package_of_ours_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS_BLOCK", "aiohttp")
    with pytest.raises(MissingPackageError, match="pip install graphwire-aiohttp"):
        get_client(url="http://localhost:1", transport="aiohttp")


async def test_http2_over_aiohttp_is_refused_with_the_transports_that_have_it() -> None:
    async with get_client(url="http://localhost:1", transport="aiohttp", http2=True) as client:
        with pytest.raises(ConfigurationError, match=r"aiohttp has no HTTP/2.*'httpx' or 'httpx2'"):
            await client.server.ok()


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_a_library_that_a_feature_needs_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "h2", None)
    with (
        get_sync_client(url="http://localhost:1", transport=name, http2=True) as client,
        pytest.raises(MissingPackageError, match=rf"pip install '{name}\[http2\]'"),
    ):
        client.server.ok()


async def test_a_socks_proxy_over_aiohttp_is_refused() -> None:
    proxy = "socks5://127.0.0.1:1"
    async with get_client(url="http://server.test", transport="aiohttp", proxy=proxy) as client:
        with pytest.raises(ConfigurationError, match="proxy: expected a URL with one of http://"):
            await client.server.ok()


def test_creating_a_client_imports_no_http_library_of_a_plugin() -> None:
    code = (
        "import sys, graphwire; graphwire.get_client(url='http://localhost:1');"
        "graphwire.get_sync_client(url='http://localhost:1');"
        "print(sorted({'aiohttp', 'httpx2', 'yarl'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
