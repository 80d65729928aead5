"""Creating, sharing and closing a client, and how far it may be shared."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.core.recording import BASE, AsyncRecordingTransport, Recorder, json_reply
from tests.core.wire import Seen, WireServer, ok, saying

from graphwire import get_client
from graphwire_core import AsyncClient, Client
from graphwire_core.errors import ConfigurationError, PluginError, TransportError
from graphwire_core.plugins import TransportRegistry, hookimpl
from graphwire_core.transports import HttpxTransport, Limits, Timeout

HEALTHY = ok(b'{"ok": true}')
URL = "http://localhost:1"


class Named:
    """A plugin with a transport made by a function."""

    def __init__(self, make: Any, name: str = "named", rank: int = 0) -> None:
        self._make, self._name, self._rank = make, name, rank

    @hookimpl
    def graphwire_register_transports(self, registry: TransportRegistry) -> None:
        registry.add(self._name, make_sync=self._make, rank=self._rank)


def test_the_transport_of_the_highest_rank_is_used_unless_one_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "")
    plugins = [Named(HttpxTransport, "best", 9), Named(HttpxTransport, "hidden", -1)]
    assert repr(Client(URL, plugins=plugins)) == f"<Client {URL} over best>"
    assert repr(Client(URL, plugins=plugins, transport="httpx")).endswith("over httpx>")
    assert repr(Client(URL, plugins=plugins, transport="hidden")).endswith("over hidden>")
    monkeypatch.setenv("GRAPHWIRE_TRANSPORT", "hidden")
    assert repr(Client(URL, plugins=plugins)).endswith("over hidden>")
    with pytest.raises(ConfigurationError, match="'hidden' is for the other colour; registered"):
        AsyncClient(URL, plugins=plugins)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: 1 / 0, "transport 'named' could not be made: ZeroDivisionError"),
        (lambda _: 3, r"transport 'named': expected an object with send\(\), got int"),
    ],
)
def test_a_transport_that_cannot_be_made_is_an_error_that_names_it(make: Any, said: str) -> None:
    with (
        Client(URL, plugins=[Named(make)], transport="named") as client,
        pytest.raises(PluginError, match=said),
    ):
        client.server.ok()


def test_what_a_foreign_transport_raises_does_not_escape() -> None:
    class Broken:
        def send(self, request: object) -> Any:
            raise KeyError("inside")

        def close(self) -> None: ...

    with (
        Client(URL, transport=Broken(), retry=None) as client,
        pytest.raises(TransportError, match="Broken failed: KeyError") as caught,
    ):
        client.server.ok()
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"http_client": httpx.AsyncClient}, "http_client=: expected httpx.Client, got type"),
        ({"transport": object()}, r"transport=: expected a name, or an object with send\(\) and"),
        ({"transport": "httpx", "http_client": httpx.Client()}, "expected one of them, got both"),
        ({"http_client": httpx.Client(), "verify": False}, "keyword verify=: http_client= brings"),
        ({"http_client": httpx.Client(), "limits": Limits()}, "keyword limits=: http_client= bri"),
    ],
)
def test_connections_of_the_caller_s_own_are_checked(options: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Client(URL, **options)


def test_a_transport_or_an_http_client_of_the_other_colour_is_refused() -> None:
    asynchronous: Any = AsyncRecordingTransport(Recorder())
    with pytest.raises(ConfigurationError, match=r"send\(\) and close\(\), got AsyncRecording"):
        Client(URL, transport=asynchronous)
    with httpx.Client() as sync, pytest.raises(ConfigurationError, match=r"httpx\.AsyncClient"):
        AsyncClient(URL, http_client=sync)  # type: ignore[arg-type]  # of the other colour


def test_a_borrowed_http_client_is_used_whole_and_left_open() -> None:
    seen: list[str] = []
    hooks: dict[str, list[Callable[..., Any]]] = {"request": [lambda sent: seen.append(sent.url)]}
    with WireServer(saying(HEALTHY)) as server, httpx.Client(event_hooks=hooks) as borrowed:
        with Client(server.url, http_client=borrowed) as client:
            client.server.ok()
        assert not borrowed.is_closed
        assert str(seen[0]).endswith("/ok")
        forgotten = Client(server.url, http_client=borrowed)
        forgotten.server.ok()
        del forgotten
        gc.collect()  # nothing of it was the client's to close: no ResourceWarning


def test_a_closed_http_client_is_an_error_of_this_sdk() -> None:
    borrowed = httpx.Client()
    borrowed.close()
    with Client(URL, http_client=borrowed, retry=None) as client, pytest.raises(TransportError):
        client.server.ok()


def test_a_variant_adds_headers_replaces_options_and_shares_the_connections() -> None:
    with WireServer(saying(HEALTHY)) as server:
        with Client(server.url, headers={"x-a": "1", "x-b": "1"}, api_key="one") as client:
            variant = client.with_options(headers={"X-B": "2"}, timeout=3, api_key="two")
            client.server.ok()
            variant.server.ok()
            variant.close()
            client.server.ok()
            assert variant.settings.timeout.read == 3
            assert client.settings.timeout.read == 300
        assert server.connections == 1
        headers = [(one.headers["x-a"], one.headers["x-b"]) for one in server.seen]
        assert headers == [("1", "1"), ("1", "2"), ("1", "1")]
        assert [one.headers["x-api-key"] for one in server.seen] == ["one", "two", "one"]
        with pytest.raises(ConfigurationError, match="closed"):
            variant.server.ok()


@pytest.mark.parametrize("option", ["verify", "proxy", "limits", "url", "plugins", "nonsense"])
def test_a_variant_refuses_what_belongs_to_the_connections(option: str) -> None:
    options: Any = {option: None}
    with Client(URL) as client, pytest.raises(ConfigurationError) as caught:
        client.with_options(**options)
    assert caught.value.message.startswith(f"keyword {option}=: with_options() cannot change it")


def test_a_variant_without_a_key_keeps_other_credentials() -> None:
    with Client(URL, auth=lambda: "t", api_key=None) as client:
        kept = client.with_options(api_key=None)
        assert kept._sender.credentials is client._sender.credentials
    with Client(URL, api_key="k") as client:
        assert client.with_options(api_key=None)._sender.credentials is None


def test_a_client_that_was_never_closed_is_warned_about() -> None:
    with WireServer(saying(HEALTHY)) as server:
        clients = [Client(server.url)]
        clients[0].server.ok()
        transport: Any = clients[0]._sender.pools._calls
        with pytest.warns(ResourceWarning, match=f"A client of {server.url} was never closed"):
            clients.clear()
        transport.close()


def test_a_client_that_was_never_used_has_nothing_to_close() -> None:
    Client(URL)
    gc.collect()


def test_a_closed_client_says_so() -> None:
    client = Client(URL)
    client.close()
    client.close()
    with pytest.raises(ConfigurationError, match="This client is closed"):
        client.server.ok()


def test_another_event_loop_is_refused() -> None:
    client = AsyncClient(
        BASE, transport=AsyncRecordingTransport(Recorder(json_reply({"ok": True})))
    )

    async def call() -> None:
        await client.server.ok()

    asyncio.run(call())
    with pytest.raises(ConfigurationError, match=r"another event loop.*one client per loop"):
        asyncio.run(call())
    with pytest.raises(ConfigurationError, match="another event loop"):
        asyncio.run(client.aclose())


def test_an_async_client_outside_of_asyncio_is_refused() -> None:
    client = AsyncClient(URL, api_key=None, retry=None)
    with pytest.raises(ConfigurationError, match="needs a running asyncio event loop"):
        client.server.ok().send(None)


def test_a_sync_client_serves_many_threads_over_one_pool() -> None:
    made: list[Any] = []

    def make(config: Any) -> Any:
        made.append(HttpxTransport(config))
        barrier.wait(0.01) if barrier.n_waiting else None
        return made[-1]

    barrier = threading.Barrier(2)

    def echo(seen: Seen, connection: Any) -> None:
        connection.sendall(ok(json.dumps({"path": seen.line.split()[1]}).encode()))

    with (
        WireServer(echo) as server,
        Client(server.url, plugins=[Named(make)], transport="named") as client,
        ThreadPoolExecutor(20) as threads,
    ):
        paths = [f"/echo/{number}" for number in range(200)]
        answers = list(threads.map(lambda path: client.request("GET", path), paths))
    assert [answer["path"] for answer in answers] == paths
    assert len(made) == 1


@pytest.mark.parametrize("transport", ["aiohttp", "httpx", "httpx2"])
async def test_open_streams_starve_no_calls(transport: str) -> None:
    released = asyncio.Event()
    streams = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal streams
        try:
            while line := (await reader.readline()).decode():
                while (await reader.readline()).strip():
                    pass
                if "/stream" in line:
                    streams += 1
                    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
                    writer.write(head + b"event: values\ndata: {}\n\n")
                    await released.wait()
                    writer.write(b"event: end\ndata: null\n\n")
                    return
                writer.write(HEALTHY)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1000)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    patience = Timeout(connect=30, pool=30)  # a busy machine needs its time for 700 requests
    options: dict[str, Any] = {"api_key": None, "transport": transport, "timeout": patience}
    async with server, get_client(url, **options) as client:

        async def stream() -> list[str]:
            return [part.event async for part in client.runs.join_stream("t", "r")]

        reading = [asyncio.create_task(stream()) for _ in range(200)]
        started = time.monotonic()
        answers = await asyncio.gather(*(client.server.ok() for _ in range(500)))
        took = time.monotonic() - started
        assert len(answers) == 500
        assert not any(task.done() for task in reading)
        released.set()
        events = await asyncio.gather(*reading)
    assert streams == 200
    assert all(event[0] == "values" for event in events)
    assert took < 30
