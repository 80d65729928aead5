"""A broken plugin: an installed one is left out with a warning, one passed in is an error."""

from __future__ import annotations

import threading
import time
import warnings
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
from tests.core.plugins.faked import HEADER, SitePackages

from graphwire_core import AsyncClient, Client
from graphwire_core.errors import ConfigurationError, PluginError
from graphwire_core.plugins import PluginHost, PluginWarning, _host, hookimpl

NOBODY = frozenset[str]()

IN_A_HOOK = {
    "raises": (
        "raise KeyError('who')",
        "hook graphwire_register_transports: KeyError: 'who'",
    ),
    "exits": ("raise SystemExit(3)", "hook graphwire_register_transports: SystemExit: 3"),
    "twice": (
        "registry.add('a', make_sync=print); registry.add('a', make_sync=print)",
        "hook graphwire_register_transports: transport 'a' is registered already, by broken",
    ),
    "garbage": (
        "registry.add('a', make_sync=42)",
        "hook graphwire_register_transports: transport 'a': expected a function, got int 42",
    ),
    "nothing": (
        "registry.add('a')",
        "transport 'a': expected make_async or make_sync, got neither",
    ),
    "nameless": ("registry.add(None, make_sync=print)", "transport: expected a name, got NoneType"),
    "rankless": (
        "registry.add('a', make_sync=print, rank='high')",
        "transport 'a': expected a rank (int), got str 'high'",
    ),
}
MODULES = {
    name: (
        f"""
@hookimpl
def graphwire_register_transports(registry):
    registry.add('before', make_sync=print)
    {code}
""",
        message,
    )
    for name, (code, message) in IN_A_HOOK.items()
} | {
    "misspelt": (
        "@hookimpl\ndef graphwire_register_transport(registry): ...",
        "no hook 'graphwire_register_transport'; known: graphwire_configure, ",
    ),
    "unmarked": (
        "def graphwire_register_transports(registry): ...",
        "hook graphwire_register_transports: expected the decorator @hookimpl",
    ),
    "hookless": ("x = 1", "implements no hook; got module"),
    "parameter": (
        "@hookimpl\ndef graphwire_register_transports(transports): ...",
        "hook graphwire_register_transports: expected one parameter, named registry",
    ),
    "asynchronous": (
        "@hookimpl\nasync def graphwire_register_transports(registry): ...",
        "hook graphwire_register_transports: expected a plain function",
    ),
    "generator": (
        "@hookimpl\ndef graphwire_register_transports(registry): yield",
        "hook graphwire_register_transports: expected a plain function",
    ),
    "credentials": (
        "@hookimpl\ndef graphwire_register_credentials(registry): registry.add('a', 'key')",
        "hook graphwire_register_credentials: credentials 'a': expected a function, got str 'key'",
    ),
    "middleware": (
        "@hookimpl\ndef graphwire_register_middleware(registry): registry.add('a', print)",
        "hook graphwire_register_middleware: middleware 'a': expected attempt(), got",
    ),
    "codec": (
        "@hookimpl\ndef graphwire_register_codecs(registry): registry.add('a', print)",
        "hook graphwire_register_codecs: codec 'a': expected encode() and decode(), got",
    ),
    "order": (
        """
        class Fine:
            def attempt(self, attempt): ...
        @hookimpl
        def graphwire_register_middleware(registry): registry.add('a', Fine(), order=None)
        """,
        "hook graphwire_register_middleware: middleware 'a': expected an order (int), got NoneType",
    ),
    "collides": (
        """
        @hookimpl
        def graphwire_register_transports(registry): registry.add('before', make_sync=print)
        @hookimpl
        def graphwire_register_credentials(registry): raise RuntimeError('half way')
        """,
        "hook graphwire_register_credentials: RuntimeError: half way",
    ),
}


def module_of(code: str) -> ModuleType:
    module = ModuleType("broken")
    exec(HEADER + dedent(code), vars(module))
    return module


@pytest.mark.parametrize(("code", "message"), MODULES.values(), ids=MODULES)
def test_a_broken_installed_plugin_is_left_out_with_a_warning_that_names_its_distribution(
    site: SitePackages, code: str, message: str
) -> None:
    site.install("broken", code)
    with pytest.warns(PluginWarning) as caught:
        host = PluginHost(allow=frozenset({"broken"}))
    (warning,) = caught
    said = str(warning.message).replace("faked_", "")
    assert said.startswith("plugin 'broken' of dist-broken 1.2")
    assert message in said
    assert said.endswith("; it is left out")
    assert [one.name for one in host.plugins] == ["built-in"]
    assert "before" not in host.transports.values()


@pytest.mark.parametrize(("code", "message"), MODULES.values(), ids=MODULES)
def test_a_broken_explicit_plugin_is_an_error_that_names_it_and_its_hook(
    code: str, message: str
) -> None:
    with pytest.raises(PluginError) as caught:
        PluginHost([module_of(code)], allow=NOBODY)
    assert caught.value.message.startswith("plugin 'broken'")
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise ZeroDivisionError('at import')", "ZeroDivisionError: at import"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def (", "SyntaxError"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
    ],
)
def test_an_installed_plugin_that_cannot_be_imported_is_left_out(
    site: SitePackages, code: str, said: str
) -> None:
    site.install("broken", code)
    with pytest.warns(PluginWarning, match="of dist-broken 1.2 could not be imported") as caught:
        PluginHost(allow=frozenset({"broken"}))
    assert said in str(caught[0].message)


def test_an_entry_point_that_names_nothing_is_left_out(site: SitePackages) -> None:
    site.declare("gone", "no_such_module:attribute", distribution="dist-gone")
    with pytest.warns(PluginWarning, match="'gone' of dist-gone 1.2 could not be imported"):
        PluginHost(allow=frozenset({"gone"}))


def test_the_warning_stands_at_the_line_that_creates_the_client(site: SitePackages) -> None:
    site.install("broken", "raise RuntimeError")
    for create in (Client, AsyncClient):
        with pytest.warns(PluginWarning) as caught:
            create("http://localhost:1")
        assert {one.filename for one in caught} == {__file__}


def test_a_hook_that_hangs_is_left_alone_and_nothing_that_it_does_later_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_host, "HOOK_SECONDS", 0.05)
    release, finished = threading.Event(), threading.Event()

    class Hanging:
        @hookimpl
        def graphwire_register_transports(self, registry: Any) -> None:
            release.wait(30)
            registry.add("late", make_sync=print)
            finished.set()

    started = time.monotonic()
    with pytest.raises(PluginError) as caught:
        PluginHost([Hanging()], allow=NOBODY)
    assert time.monotonic() - started < 5
    assert caught.value.message == (
        "plugin 'Hanging', hook graphwire_register_transports did not return within 0.05 s"
    )
    release.set()
    assert finished.wait(10)


def test_an_installed_plugin_that_hangs_is_left_out(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_host, "HOOK_SECONDS", 0.05)
    site.install(
        "broken",
        """
        import threading
        release = threading.Event()
        @hookimpl
        def graphwire_register_transports(registry):
            release.wait(30)
        """,
    )
    with pytest.warns(PluginWarning, match="did not return within 0.05 s; it is left out"):
        host = PluginHost(allow=frozenset({"broken"}))
    assert len(host.plugins) == 1
    __import__("faked_broken").release.set()


def test_a_class_that_cannot_be_made_is_an_error_that_names_it() -> None:
    class Needy:
        def __init__(self, key: str) -> None: ...

    with pytest.raises(PluginError, match=r"plugin 'Needy': Needy\(\): TypeError: .*'key'"):
        PluginHost([Needy], allow=NOBODY)


def test_an_attribute_that_raises_is_reported() -> None:
    class Explosive:
        @property
        def graphwire_register_transports(self) -> object:
            raise RuntimeError("no")

    with pytest.raises(PluginError, match="plugin 'Explosive': graphwire_register_transports: Run"):
        PluginHost([Explosive()], allow=NOBODY)


def test_two_explicit_plugins_that_register_one_name_collide() -> None:
    class First:
        @hookimpl
        def graphwire_register_transports(self, registry: Any) -> None:
            registry.add("same", make_sync=print)

    class Second(First): ...

    with pytest.raises(PluginError, match=r"'Second'.*'same' is registered already, by First"):
        PluginHost([First(), Second()], allow=NOBODY)
    first = First()
    with pytest.raises(PluginError, match="plugin 'First' is here already"):
        PluginHost([first, first], allow=NOBODY)


def test_two_installed_plugins_that_register_one_name_leave_the_first(site: SitePackages) -> None:
    code = """
        @hookimpl
        def graphwire_register_transports(registry):
            registry.add("same", make_sync=print)
    """
    site.install("one", code)
    site.install("two", code)
    with pytest.warns(PluginWarning, match="'two' of dist-two 1.2.*registered already, by one"):
        host = PluginHost(allow=frozenset({"one", "two"}))
    assert [one.name for one in host.plugins] == ["built-in", "one"]


@pytest.mark.parametrize("plugins", ["name", 3, print, b"x", {"a": 1}])
def test_plugins_that_are_no_list_are_refused_by_name(plugins: Any) -> None:
    with pytest.raises(ConfigurationError, match="keyword plugins=: expected a list of plugins"):
        Client("http://localhost:1", plugins=plugins)


@pytest.mark.parametrize("garbage", [3, "name", None, object()])
def test_garbage_as_a_plugin_is_an_error(garbage: Any) -> None:
    with pytest.raises(PluginError, match="implements no hook"):
        Client("http://localhost:1", plugins=[garbage])


def test_no_plugins_may_be_said_as_none() -> None:
    options: dict[str, Any] = {"plugins": None}
    with warnings.catch_warnings(), Client("http://localhost:1", **options) as client:
        assert client.plugins[0].name == "built-in"
