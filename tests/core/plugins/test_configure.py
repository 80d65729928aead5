"""`graphwire_configure`: a plugin sets options that nobody else has set."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from tests.core.plugins.faked import SitePackages
from tests.core.recording import COLOURS, Recorder, json_reply

from graphwire_core import AsyncClient, Client, ClientSettings, Retry, Timeout
from graphwire_core.errors import ConfigurationError, PluginError
from graphwire_core.plugins import ClientBuilder, PluginWarning, hookimpl
from graphwire_core.transports import Limits

OK = json_reply({"ok": True})


@pytest.fixture(autouse=True)
def no_installed_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "")


class Setting:
    """A plugin that sets the options, and adds the headers, that it is made with."""

    def __init__(self, headers: dict[str, str] | None = None, **options: Any) -> None:
        self._headers = headers or {}
        self._options = options

    @hookimpl
    def graphwire_configure(self, builder: ClientBuilder) -> None:
        builder.set(**self._options)
        builder.add_headers(self._headers)


def test_a_plugin_sets_what_nobody_has_set() -> None:
    plugin = Setting(
        url="https://acme.test/api/",
        timeout=7,
        retry=None,
        limits=Limits(max_connections=3),
        transport="httpx",
        http2=True,
    )
    for kind in (Client, AsyncClient):
        settings = kind(plugins=[plugin]).settings
        assert settings.url == "https://acme.test/api"
        assert settings.timeout == Timeout(7, 7, 7, 7)
        assert (settings.retry, settings.http2, settings.transport) == (None, True, "httpx")
        assert settings.limits == Limits(max_connections=3)
        assert settings.source("timeout") == "plugin 'Setting', hook graphwire_configure"
        assert settings.source("verify") == "default"


def test_a_keyword_and_the_environment_win_over_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_RETRY", '{"attempts": 9}')
    plugin = Setting(url="https://acme.test", timeout=7, retry=Retry(attempts=2))
    settings = Client("http://localhost:1", timeout=None, plugins=[plugin]).settings
    assert settings.url == "http://localhost:1"
    assert settings.timeout == Timeout(None, None, None, None)
    assert settings.retry == Retry(attempts=9)
    assert settings.source("retry") == "environment GRAPHWIRE_RETRY"


@pytest.mark.parametrize("colour", COLOURS)
def test_headers_of_a_plugin_are_sent_and_the_clients_own_win(colour: str) -> None:
    recorder = Recorder(OK)
    plugin = Setting({"X-Team": "plugin", "X-Tenant": "plugin"})
    headers = {"x-tenant": "client"}

    COLOURS[colour](recorder, lambda one: one.server.ok(), headers=headers, plugins=[plugin])

    sent = recorder.requests[0].headers
    assert (sent["x-team"], sent["x-tenant"]) == ("plugin", "client")


def test_what_a_plugin_set_holds_for_variants_of_the_client() -> None:
    plugin = Setting({"x-team": "a"}, timeout=7)
    variant = Client("http://localhost:1", plugins=[plugin]).with_options(retry=None)
    assert variant.settings.timeout.read == 7
    assert "x-team" in variant.settings.headers
    assert variant.settings.source("timeout").startswith("plugin 'Setting'")


def test_a_plugin_sees_options_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[ClientBuilder] = []

    class Curious:
        @hookimpl
        def graphwire_configure(self, builder: ClientBuilder) -> None:
            seen.append(builder)

    monkeypatch.setenv("GRAPHWIRE_HEADERS", '{"authorization": "s3cr3t"}')
    Client(
        "http://localhost:1",
        timeout=7,
        api_key="s3cr3t",
        proxy="http://me:s3cr3t@127.0.0.1:1",
        encryption_context={"tenant": "s3cr3t"},
        cert=None,
        plugins=[Curious()],
    )
    (builder,) = seen
    assert builder.options["url"] == "http://localhost:1"
    assert builder.options["timeout"].read == 7
    hidden = {"api_key", "headers", "proxy", "cert", "encryption_context", "verify"}
    assert builder.options.keys().isdisjoint(hidden)
    for value in vars(builder).values():
        assert not isinstance(value, ClientSettings)
        assert "s3cr3t" not in repr(value)
    with pytest.raises(TypeError):
        builder.options["url"] = "http://elsewhere"  # type: ignore[index]  # read only


WRONG: dict[str, tuple[Setting, str]] = {
    "value": (Setting(timeout=-1), "timeout: expected seconds (above 0) or a Timeout, got int -1"),
    "url": (Setting(url="ftp://x"), "url: expected an http:// or https:// URL"),
    "unknown": (Setting(tiemout=1), "option 'tiemout' is not a plugin's to set; known: url, "),
    "secret": (Setting(api_key="s3cr3t"), "option 'api_key' is not a plugin's to set"),
    "reserved": (Setting({"X-API-Key": "s3cr3t"}), "headers: 'x-api-key' is reserved"),
    "header": (
        Setting({"x": "s3cr3t\n"}),
        "headers: headers['x']: expected one line of printable ASCII",
    ),
    "headers": (Setting(["x"]), "headers: expected a mapping"),  # type: ignore[arg-type]  # wrong
}


@pytest.mark.parametrize(("plugin", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_names_the_plugin_and_the_hook(plugin: Setting, said: str) -> None:
    with pytest.raises(PluginError) as caught:
        Client("http://localhost:1", plugins=[plugin])
    assert f"plugin 'Setting', hook graphwire_configure: {said}" in caught.value.message
    assert "s3cr3t" not in str(caught.value)


def test_an_option_that_turns_out_wrong_later_names_where_it_is_from() -> None:
    said = "plugin 'Setting', hook graphwire_configure: there is no transport 'nope'"
    with pytest.raises(ConfigurationError, match=said):
        Client("http://localhost:1", plugins=[Setting(transport="nope")])


def test_two_plugins_of_equal_precedence_that_set_one_option_collide() -> None:
    with pytest.raises(PluginError, match="option 'timeout' is registered already, by plugin"):
        Client("http://localhost:1", plugins=[Setting(timeout=1), Setting(timeout=2)])


def test_an_explicit_plugin_wins_over_an_installed_one_and_a_broken_one_sets_nothing(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = "@hookimpl\ndef graphwire_configure(builder): builder.set("
    site.install("fine", f"{hook}timeout=3, retry=None)")
    site.install("broken", f"{hook}http2=True, timeout='x')")
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "fine,broken")

    with pytest.warns(PluginWarning) as caught:
        settings = Client("http://localhost:1", plugins=[Setting(timeout=7)]).settings

    (warning,) = caught
    said = "plugin 'broken' of dist-broken 1.2, hook graphwire_configure: timeout: expected"
    assert str(warning.message).startswith(said)
    assert (settings.timeout.read, settings.retry, settings.http2) == (7, None, False)
    expected = "plugin 'fine' of dist-fine 1.2, hook graphwire_configure"
    assert settings.source("retry") == expected


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def graphwire_configure(registry): ...", "expected one parameter, named builder"),
        ("def graphwire_configure(builder): 1 / 0", "ZeroDivisionError: division by zero"),
        ("async def graphwire_configure(builder): ...", "expected a plain function"),
    ],
)
def test_a_hook_of_another_form_is_left_out(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    site.install("odd", f"@hookimpl\n{code}")
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "odd")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Client("http://localhost:1")
    assert [str(one.message).count(said) for one in caught] == [1]


def test_a_builder_is_closed_when_its_hook_is_over() -> None:
    kept: list[ClientBuilder] = []

    class Late:
        @hookimpl
        def graphwire_configure(self, builder: ClientBuilder) -> None:
            kept.append(builder)

    client = Client("http://localhost:1", plugins=[Late()])
    with pytest.raises(PluginError, match="option 'timeout' is registered too late"):
        kept[0].set(timeout=1)
    assert client.settings.timeout == Timeout()
