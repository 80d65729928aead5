"""Which plugins a client has, and which of them wins."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import pytest
from tests.core.plugins.faked import SitePackages

from graphwire_core import AsyncClient, Client, ClientSettings
from graphwire_core.errors import ConfigurationError, PluginError
from graphwire_core.plugins import (
    CredentialsRegistry,
    MiddlewareRegistry,
    PluginHost,
    PluginInfo,
    PluginWarning,
    TransportRegistry,
    _discovery,
    hookimpl,
)

NOBODY = frozenset[str]()

TRANSPORT = """
    made = []

    @hookimpl
    def graphwire_register_transports(registry):
        registry.add({name!r}, make_sync=lambda config: {maker!r}, rank={rank})
"""


def transport(name: str, maker: str, rank: int = 0) -> str:
    return TRANSPORT.format(name=name, maker=maker, rank=rank)


class Explicit:
    """A plugin that registers one transport."""

    def __init__(self, name: str = "wire", maker: str = "explicit") -> None:
        self._name = name
        self._maker: Any = maker

    @hookimpl
    def graphwire_register_transports(self, registry: TransportRegistry) -> None:
        registry.add(self._name, make_sync=lambda _: self._maker)


def made(host: PluginHost, name: str) -> object:
    return host.transports.sync_makers()[name](SimpleNamespace())  # type: ignore[arg-type]  # unused


def faked(host: PluginHost) -> list[PluginInfo]:
    """Leave out the plugins of the environment that the tests run in."""
    mine = {"dist-one", "dist-two"}
    return [one for one in host.plugins if one.origin != "discovered" or one.distribution in mine]


def test_the_built_in_plugin_enters_by_the_same_door() -> None:
    (built_in,) = PluginHost(allow=NOBODY).plugins
    assert (built_in.name, built_in.origin, built_in.distribution) == ("built-in", "built-in", None)
    assert "graphwire_register_transports" in built_in.hooks
    assert "httpx" in PluginHost(allow=NOBODY).transports.values()
    assert "api-key" in PluginHost(allow=NOBODY).credentials.values()


def test_an_installed_plugin_is_found_and_listed_with_its_distribution(site: SitePackages) -> None:
    site.install("one", transport("wire", "discovered"))
    host = PluginHost(allow=frozenset({"one"}))
    expected = PluginInfo(
        "one", "discovered", "dist-one", "1.2", ("graphwire_register_transports",)
    )
    assert host.plugins[1:] == (expected,)
    assert made(host, "wire") == "discovered"


def test_explicit_beats_discovered_and_discovered_beats_built_in(site: SitePackages) -> None:
    site.install("one", transport("wire", "discovered"))
    site.install("two", transport("httpx", "discovered"))
    host = PluginHost([Explicit()])
    assert made(host, "wire") == "explicit"
    assert made(host, "httpx") == "discovered"
    assert made(PluginHost([Explicit("httpx")]), "httpx") == "explicit"
    assert [one.origin for one in faked(host)] == [
        "built-in",
        "discovered",
        "discovered",
        "explicit",
    ]


def test_the_allow_list_lets_only_its_names_in(site: SitePackages) -> None:
    site.install("one", transport("first", "1"))
    site.install("two", transport("second", "2"))
    host = PluginHost(allow=frozenset({"two"}))
    assert [one.name for one in host.plugins] == ["built-in", "two"]
    assert "first" not in host.transports.values()


def test_the_block_list_keeps_its_names_out_and_does_not_even_import_them(
    site: SitePackages,
) -> None:
    site.install("one", "raise RuntimeError('imported')")
    site.install("two", transport("second", "2"))
    host = PluginHost(block=frozenset({"one"}))
    assert [one.name for one in faked(host)] == ["built-in", "two"]


def test_an_explicit_plugin_needs_no_leave_of_the_lists() -> None:
    host = PluginHost([Explicit()], allow=NOBODY, block=frozenset({"Explicit"}))
    assert [one.name for one in host.plugins] == ["built-in", "Explicit"]


@pytest.mark.parametrize(
    ("allow", "block", "found"),
    [
        (None, None, ["one", "two"]),
        ("one", None, ["one"]),
        (" one , two ", None, ["one", "two"]),
        ("", None, []),
        (" ", None, []),
        (None, "one", ["two"]),
        (None, "", ["one", "two"]),
        ("one,two", "two", ["one"]),
    ],
)
def test_the_environment_holds_both_lists_and_an_empty_allow_list_lets_nobody_in(
    site: SitePackages,
    monkeypatch: pytest.MonkeyPatch,
    allow: str | None,
    block: str | None,
    found: list[str],
) -> None:
    site.install("one", transport("first", "1"))
    site.install("two", transport("second", "2"))
    for variable, value in (("GRAPHWIRE_PLUGINS", allow), ("GRAPHWIRE_PLUGINS_BLOCK", block)):
        if value is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, value)
    with Client("http://localhost:1") as client:
        ours = [one.name for one in client.plugins if one.distribution in {"dist-one", "dist-two"}]
    assert ours == found


def test_a_plugin_that_is_allowed_has_to_be_installed(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("one", transport("first", "1"))
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "one, onne")
    said = "environment GRAPHWIRE_PLUGINS: no plugin 'onne' is installed; installed: .*one"
    for create in (Client, AsyncClient):
        with pytest.raises(ConfigurationError, match=said):
            create("http://localhost:1")


def test_a_plugin_that_is_blocked_and_not_installed_is_warned_about(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("one", transport("first", "1"))
    monkeypatch.delenv("GRAPHWIRE_PLUGINS", raising=False)
    monkeypatch.setenv("GRAPHWIRE_PLUGINS_BLOCK", "one, onne")
    said = "environment GRAPHWIRE_PLUGINS_BLOCK: no plugin 'onne' is installed; installed: .*one"
    for create in (Client, AsyncClient):
        with pytest.warns(PluginWarning, match=said) as caught:
            create("http://localhost:1")
        assert [one.filename for one in caught] == [__file__]


def test_a_client_lists_its_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "")
    with Client("http://localhost:1", plugins=[Explicit()]) as client:
        assert [(one.name, one.origin) for one in client.plugins] == [
            ("built-in", "built-in"),
            ("Explicit", "explicit"),
        ]
        assert client.with_options(timeout=1).plugins == client.plugins


def test_a_class_is_instantiated_and_a_module_and_an_object_are_taken_as_they_are(
    site: SitePackages,
) -> None:
    module = site.install("one", transport("from-module", "module"))
    names = SimpleNamespace(__name__="names")
    names.graphwire_register_transports = Explicit("third").graphwire_register_transports
    host = PluginHost([Explicit, __import__(module), names], allow=NOBODY)
    assert [one.name for one in host.plugins[1:]] == ["Explicit", module, "names"]
    assert {"wire", "from-module", "third"} <= host.transports.values().keys()


def test_a_plugin_that_is_installed_and_passed_in_counts_once_as_explicit(
    site: SitePackages,
) -> None:
    module = site.install("one", transport("wire", "module"))
    host = PluginHost([__import__(module)])
    assert [one.origin for one in faked(host)] == ["built-in", "explicit"]
    assert made(host, "wire") == "module"


def test_the_scan_of_entry_points_is_made_once_per_path(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans = []

    def counted(**_: str) -> list[Any]:
        scans.append(1)
        return []

    monkeypatch.setattr(_discovery, "entry_points", counted)
    site.refresh()
    PluginHost()
    PluginHost()
    assert len(scans) == 1
    site.refresh()
    PluginHost()
    assert len(scans) == 2


def test_hooks_get_a_registry_and_nothing_secret() -> None:
    seen: list[Any] = []

    class Curious:
        @hookimpl
        def graphwire_register_transports(self, registry: TransportRegistry) -> None:
            seen.append(registry)

        @hookimpl
        def graphwire_register_credentials(self, registry: CredentialsRegistry) -> None:
            seen.append(registry)

        @hookimpl
        def graphwire_register_middleware(self, registry: MiddlewareRegistry) -> None:
            seen.append(registry)

    settings = ClientSettings(plugins=NOBODY)
    with Client("http://localhost:1", api_key="s3cr3t", settings=settings, plugins=[Curious()]):
        pass
    assert [type(one) for one in seen] == [
        TransportRegistry,
        CredentialsRegistry,
        MiddlewareRegistry,
    ]
    for registry in seen:
        assert registry.values() == {}
        assert "s3cr3t" not in repr(vars(registry))


def test_a_registry_is_closed_when_its_hook_is_over() -> None:
    kept: list[TransportRegistry] = []

    class Late:
        @hookimpl
        def graphwire_register_transports(self, registry: TransportRegistry) -> None:
            kept.append(registry)

    host = PluginHost([Late()], allow=NOBODY)
    with pytest.raises(PluginError, match="transport 'late' is registered too late"):
        kept[0].add("late", make_sync=lambda _: None)  # type: ignore[arg-type,return-value]  # late
    assert "late" not in host.transports.values()


def test_hooks_of_sibling_packages_are_known_and_not_called() -> None:
    class Sibling:
        @hookimpl
        def graphwire_auth_handlers(self, auth: object) -> None:
            raise AssertionError("called")

    host = PluginHost([Sibling()], allow=NOBODY)
    assert host.plugins[1].hooks == ("graphwire_auth_handlers",)


def test_nothing_is_warned_about_where_all_is_well(site: SitePackages) -> None:
    site.install("one", transport("wire", "fine"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "wire" in PluginHost().transports.values()
