"""Which event transports there are, and how a plugin adds one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.core.plugins.faked import SitePackages

from graphwire_core import AsyncClient, Client
from graphwire_core.errors import ConfigurationError, InvalidArgumentError, PluginError
from graphwire_core.plugins import hookimpl
from graphwire_stream.event_transports import (
    EventConnection,
    EventFilter,
    EventTransportRegistry,
    event_transport,
)
from graphwire_stream.event_transports._async.sse import AsyncSseTransport
from graphwire_stream.event_transports._sync.sse import SseTransport
from graphwire_stream.event_transports._sync.websocket import WebSocketTransport

URL = "http://127.0.0.1:1"


class Polling:
    """An event transport of a third party: it asks with the client's own requests."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def connect(self, thread_id: str, wanted: EventFilter) -> EventConnection:
        return _Nothing()


class _Nothing:
    def receive(self, timeout: float | None = None) -> Sequence[Mapping[str, Any]] | None:
        return None

    def close(self) -> None:
        return


class Plugin:
    """Registers it under a name."""

    def __init__(self, name: str = "polling", make: Any = Polling) -> None:
        self._name = name
        self._make = make

    @hookimpl
    def graphwire_register_event_transports(self, registry: EventTransportRegistry) -> None:
        registry.add(self._name, synchronous=self._make)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SitePackages]:
    folder = tmp_path / "site"
    folder.mkdir()
    site = SitePackages(folder, monkeypatch)
    yield site
    site.forget()


def test_both_built_in_ones_are_there_without_any_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "")
    with Client(URL) as client:
        assert isinstance(event_transport(client, "sse"), SseTransport)
        assert isinstance(event_transport(client, "websocket"), WebSocketTransport)


async def test_an_async_client_gets_the_async_one() -> None:
    async with AsyncClient(URL) as client:
        assert isinstance(event_transport(client, "sse"), AsyncSseTransport)


def test_a_plugin_adds_one_that_gets_the_client() -> None:
    with Client(URL, plugins=[Plugin()]) as client:
        made = event_transport(client, "polling")
        assert isinstance(made, Polling)
        assert made.client is client
        connection = made.connect("t", EventFilter(("values",)))
        assert connection.receive(1) is None


def test_a_plugin_replaces_a_built_in_one() -> None:
    with Client(URL, plugins=[Plugin("sse")]) as client:
        assert isinstance(event_transport(client, "sse"), Polling)


def test_an_installed_plugin_is_found(site: SitePackages) -> None:
    site.install(
        "carrier",
        """
        class Pigeon:
            def __init__(self, client): ...
            def connect(self, thread_id, wanted): ...

        @hookimpl
        def graphwire_register_event_transports(registry):
            registry.add("pigeon", asynchronous=Pigeon, synchronous=Pigeon)
        """,
    )
    with Client(URL) as client:
        assert type(event_transport(client, "pigeon")).__name__ == "Pigeon"
        with pytest.raises(ConfigurationError) as error:
            event_transport(client, "raven")
    assert str(error.value) == (
        "transport: event transport str 'raven' is not registered; registered: 'pigeon' (plugin "
        "'carrier' of dist-carrier 1.2), 'sse' (built in), 'websocket' (built in)"
    )


@pytest.mark.parametrize("name", ["nonsense", "", None, 3, "SSE"])
def test_an_unknown_name_is_an_error_that_lists_the_known_ones(name: Any) -> None:
    with (
        Client(URL) as client,
        pytest.raises(ConfigurationError, match=r"registered: 'sse' \(built in\), 'websocket'"),
    ):
        event_transport(client, name)


async def test_a_name_of_the_other_colour_says_so() -> None:
    async with AsyncClient(URL, plugins=[Plugin()]) as client:
        with pytest.raises(ConfigurationError, match="'polling' is for the other colour"):
            event_transport(client, "polling")


def test_an_installed_plugin_that_is_broken_is_left_out_with_a_warning(site: SitePackages) -> None:
    site.install(
        "broken",
        """
        @hookimpl
        def graphwire_register_event_transports(registry):
            raise RuntimeError("no luck")
        """,
    )
    with Client(URL) as client:
        with pytest.warns(UserWarning, match=r"'broken' of dist-broken.*no luck.*left out"):
            assert isinstance(event_transport(client, "sse"), SseTransport)
        with warnings.catch_warnings(action="error"):  # it is asked once
            event_transport(client, "sse")


@pytest.mark.parametrize(
    ("plugin", "words"),
    [
        (Plugin("", Polling), "expected a name"),
        (Plugin("polling", None), "expected asynchronous or synchronous, got neither"),
        (Plugin("polling", "text"), "expected a function, got str"),
    ],
)
def test_a_plugin_that_registers_nonsense_is_an_error(plugin: Plugin, words: str) -> None:
    with (
        Client(URL, plugins=[plugin]) as client,
        pytest.raises(PluginError, match=f"hook graphwire_register_event_transports.*{words}"),
    ):
        event_transport(client, "sse")


def test_what_is_made_must_be_able_to_connect() -> None:
    with (
        Client(URL, plugins=[Plugin("polling", lambda _: object())]) as client,
        pytest.raises(PluginError, match=r"expected an object with connect\(\), got object"),
    ):
        event_transport(client, "polling")


def test_a_failure_of_the_maker_is_an_error_that_names_it_and_shows_no_more() -> None:
    def fail(client: Client) -> Polling:
        raise ValueError("the secret")

    with (
        Client(URL, plugins=[Plugin("polling", fail)]) as client,
        pytest.raises(PluginError, match=r"'polling' of plugin 'Plugin'.*ValueError") as error,
    ):
        event_transport(client, "polling")
    assert "the secret" not in str(error.value)


def test_a_hook_without_its_mark_is_an_error() -> None:
    class Unmarked:
        @hookimpl
        def graphwire_register_codecs(self, registry: Any) -> None:
            return

        def graphwire_register_event_transports(self, registry: Any) -> None:
            return

    with pytest.raises(PluginError, match=r"event_transports: expected the decorator @hookimpl"):
        Client(URL, plugins=[Unmarked()])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"channels": ()}, "channels: expected a tuple of at least one name"),
        ({"channels": ["values"]}, "channels: expected a tuple"),
        ({"channels": "values"}, "channels: expected a tuple"),
        ({"channels": ("values", "")}, "channels: expected a tuple"),
        ({"channels": ("v",), "namespaces": (("a",), "b")}, "namespaces: expected a tuple of"),
        ({"channels": ("v",), "namespaces": [[]]}, "namespaces: expected a tuple of tuples"),
        ({"channels": ("v",), "depth": -1}, "depth: expected 0 or more, got int -1"),
        ({"channels": ("v",), "depth": True}, "depth: expected an int or None, got bool"),
    ],
)
def test_a_filter_of_another_form_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgumentError) as error:
        EventFilter(**fields)
    assert str(error.value).startswith(words)


def test_a_filter_never_asks_for_a_place() -> None:
    assert "since" not in EventFilter(("values",), ((),), 3).body()
