"""Where an option comes from, which source wins, and what a wrong one says."""

from __future__ import annotations

import os
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest

from graphwire_core import AsyncClient, Client, ClientSettings, Retry, Timeout
from graphwire_core._option_checks import check_limits
from graphwire_core.errors import ConfigurationError, MissingPackageError
from graphwire_core.settings import CallOptions, ClientOptions
from graphwire_core.transports import Limits

URL = "http://localhost:1"
KEYS = ["GRAPHWIRE_API_KEY", "LANGGRAPH_API_KEY", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"]

# option: keyword, what it becomes; variable, what it becomes; default
SOURCES: dict[str, tuple[Any, Any, str, Any, Any]] = {
    "url": ("http://a:1/", "http://a:1", "http://b:2/x/", "http://b:2/x", "http://localhost:8123"),
    "api_key": ("one", "one", "two", "two", None),
    "headers": ({"X-A": "1"}, {"x-a": "1"}, '{"X-B": "2"}', {"x-b": "2"}, {}),
    "timeout": (
        3,
        Timeout(3, 3, 3, 3),
        '{"read": 4}',
        Timeout(read=4),
        Timeout(),
    ),
    "retry": (None, None, '{"attempts": 5}', Retry(attempts=5), Retry()),
    "transport": ("httpx", "httpx", "other", "other", None),
    "auth": ("api-key", "api-key", "other", "other", None),
    "verify": ("/a.pem", "/a.pem", "false", False, True),
    "cert": (("a", "b"), ("a", "b"), '["c", "d", "e"]', ("c", "d", "e"), None),
    "proxy": ("http://a:1", "http://a:1", "b:2", "http://b:2", None),
    "trust_env": (False, False, "0", False, True),
    "limits": (Limits(1), Limits(1), '{"max_connections": 2}', Limits(2), Limits()),
    "http2": (True, True, "true", True, False),
    "plugins": (frozenset({"a"}), frozenset({"a"}), " b, c ,", frozenset({"b", "c"}), None),
    "plugins_block": (
        frozenset({"a"}),
        frozenset({"a"}),
        "b",
        frozenset({"b"}),
        frozenset[str](),
    ),
    "log": ("debug", "debug", "INFO", "info", None),
    "encryption_context": ({"a": 1}, {"a": 1}, '{"b": 2}', {"b": 2}, None),
}


def shown(value: Any) -> Any:
    """Show the secrets of a value, to compare it."""
    if isinstance(value, dict):
        return {name: shown(member) for name, member in value.items()}
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def test_the_table_of_this_test_has_every_option() -> None:
    assert SOURCES.keys() == ClientSettings.model_fields.keys()


@pytest.mark.parametrize("option", SOURCES)
def test_an_option_is_its_keyword_else_its_variable_else_its_default(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyword, from_keyword, variable, from_variable, default = SOURCES[option]
    assert shown(getattr(ClientSettings.load(), option)) == default
    assert ClientSettings.load().source(option) == "default"

    name = f"GRAPHWIRE_{option.upper()}"
    monkeypatch.setenv(name, variable)
    settings = ClientSettings.load()
    assert shown(getattr(settings, option)) == from_variable
    assert settings.source(option) == f"environment {name}"

    settings = ClientSettings.load(**{option: keyword})
    assert shown(getattr(settings, option)) == from_keyword
    assert settings.source(option) == f"keyword {option}="

    if option != "plugins":  # there, an empty variable lets no plugin in
        monkeypatch.setenv(name, "  ")
        assert shown(getattr(ClientSettings.load(), option)) == default


def test_settings_made_elsewhere_count_and_the_other_keywords_win_over_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = ClientSettings.load("http://a:1", headers={"x-a": "1", "x-b": "1"}, http2=True)
    monkeypatch.setenv("GRAPHWIRE_URL", "http://env:1")
    monkeypatch.setenv("GRAPHWIRE_TIMEOUT", "nonsense")  # is not read again
    settings = ClientSettings.load(settings=base, headers={"X-B": "2"}, timeout=1)
    assert (settings.url, settings.http2, settings.timeout.read) == ("http://a:1", True, 1)
    assert shown(settings.headers) == {"x-a": "1", "x-b": "2"}
    assert settings.source("http2") == "keyword http2="
    assert settings.source("proxy") == "default"


def test_the_key_has_the_variables_of_the_ecosystem_in_this_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in reversed(KEYS):
        monkeypatch.setenv(name, f"key of {name}")
        settings = ClientSettings.load()
        assert shown(settings.api_key) == f"key of {name}"
        assert settings.source("api_key") == f"environment {name}"
    monkeypatch.setenv(KEYS[0], "")
    assert shown(ClientSettings.load().api_key) == f"key of {KEYS[1]}"
    assert ClientSettings.load(api_key=None).api_key is None


def test_the_url_has_the_variable_of_the_ecosystem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGGRAPH_API_URL", "http://a:1")
    assert ClientSettings.load().url == "http://a:1"
    monkeypatch.setenv("GRAPHWIRE_URL", "http://b:1")
    assert ClientSettings.load().url == "http://b:1"


@pytest.mark.parametrize("raw", [" key ", "'key'", '"key"', " 'key' ", "\tkey\n", '" key "'])
def test_quotes_and_spaces_around_a_key_are_stripped(
    raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(ClientSettings.load(api_key=raw).api_key) == "key"
    monkeypatch.setenv("GRAPHWIRE_API_KEY", raw)
    assert shown(ClientSettings.load().api_key) == "key"


def test_a_key_of_nothing_but_quotes_is_none() -> None:
    assert ClientSettings.load(api_key=" '' ").api_key is None


def test_an_env_file_is_read_only_when_it_is_named_and_loses_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / ".env"
    file.write_text(
        "GRAPHWIRE_URL=http://file:1\nLANGSMITH_API_KEY='of the file'\n"
        "GRAPHWIRE_HTTP2=true\nOPENAI_API_KEY=another\nUNRELATED\n"
    )
    assert ClientSettings.load().url == "http://localhost:8123"
    monkeypatch.setenv("GRAPHWIRE_HTTP2", "false")
    settings = ClientSettings.load(env_file=str(file))
    assert (settings.url, shown(settings.api_key)) == ("http://file:1", "of the file")
    assert settings.http2 is False
    assert settings.source("url") == f"file {file} GRAPHWIRE_URL"
    assert "OPENAI_API_KEY" not in os.environ or os.environ["OPENAI_API_KEY"] != "another"
    with Client(env_file=str(file), url=URL) as client:
        assert client.settings.url == URL


def test_an_empty_plugin_list_in_an_env_file_lets_no_plugin_in(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("GRAPHWIRE_PLUGINS=\n")
    assert ClientSettings.load(env_file=str(file)).plugins == frozenset()


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("HTTP://MÜnchen.test:1/ü%20x/", "http://xn--mnchen-3ya.test:1/%C3%BC%20x"),
        ("https://例え.test", "https://xn--r8jz45g.test"),
        ("http://[::1]:8/é", "http://[::1]:8/%C3%A9"),
        ("http://host/a%2Fb;c", "http://host/a%2Fb;c"),
    ],
)
def test_a_url_of_another_script_is_written_as_it_is_sent(given: str, sent: str) -> None:
    assert ClientSettings.load(given).url == sent


WRONG: dict[str, list[tuple[Any, str]]] = {
    "url": [
        ("localhost:1", "expected an http:// or https:// URL, got str 'localhost:1'"),
        ("ftp://host", "expected an http:// or https:// URL, got str 'ftp://host'"),
        ("http://", "expected an http:// or https:// URL"),
        ("http://host:port", "expected a port from 1 to 65535"),
        ("http://host:99999", "expected a port from 1 to 65535"),
        ("http://host:0", "expected a port from 1 to 65535"),
        ("http://[::1", "got one with a malformed host"),
        ("http://ho st", "without spaces"),
        ("http://host\nx", "without spaces, line breaks"),
        ("http://me:s3cr3t@host", "credentials do not belong in the URL"),
        ("ftp://me:s3cr3t@host", "got one with credentials"),
        ("http://host?token=s3cr3t", "without query and fragment"),
        (f"http://{'ü' * 100}", "expected a URL with a host name"),
        ("ftp://host?token=s3cr3t", "got str 'ftp://host'"),
        (3, "expected an http:// or https:// URL, got int"),
    ],
    "api_key": [
        ("s3cr3t\nx", "a line break, a control or a non-ASCII character"),
        ("s3cr3té", "a non-ASCII character"),
        (b"s3cr3t", "expected text, got bytes"),
        (["s3cr3t"], "expected text, got list"),
    ],
    "headers": [
        ({"x": "s3cr3t\r\ny: 1"}, "headers['x']: expected one line of printable ASCII"),
        ({"x\n": "s3cr3t"}, "one with a forbidden character after 'x'"),
        ({"x: s3cr3t": "v"}, "one with a forbidden character after 'x'"),
        ({"x": 3}, "headers['x']: expected text, got int"),
        ({3: "x"}, "expected names that are text"),
        ("s3cr3t", "expected a mapping of names to text"),
        ({"x-api-key": "s3cr3t"}, "'x-api-key' is reserved; use api_key="),
        ({"X-Api-Key": "s3cr3t"}, "'x-api-key' is reserved; use api_key="),
        ({"X-API-KEY": "s3cr3t"}, "'x-api-key' is reserved; use api_key="),
    ],
    "timeout": [
        (0, "expected seconds (above 0) or a Timeout, got int 0"),
        (-1, "expected seconds (above 0) or a Timeout, got int -1"),
        (float("nan"), "expected seconds (above 0)"),
        (float("inf"), "expected seconds (above 0)"),
        ("soon", "expected seconds (above 0) or a Timeout, got str 'soon'"),
        (True, "expected seconds (above 0) or a Timeout, got bool True"),
        ([1], "expected seconds (above 0) or a Timeout, got list"),
        (Timeout(read=-1), "read: expected seconds (above 0) or None, got int -1"),
        (Timeout(total="x"), "total: expected seconds"),  # type: ignore[arg-type]  # wrong
    ],
    "retry": [
        (3, "expected a Retry or None"),
        (Retry(attempts=0), "attempts: expected 1 or more, got int 0"),
        (Retry(base_delay=-1), "base_delay: expected seconds (0 or above), got int -1"),
        (Retry(max_delay=float("nan")), "max_delay: expected seconds"),
    ],
    "transport": [(3, "expected a name, or an object with send() and ")],
    "verify": [(3.5, "expected True, False, a path or an ssl.SSLContext, got float 3.5")],
    "cert": [
        (3, "expected a path, (certificate, key) or (certificate, key, password), got int"),
        (("a", "b", "s3cr3t", "d"), "expected a path, (certificate, key) or"),
    ],
    "proxy": [
        ("ftp://me:s3cr3t@host", "expected a URL with a host and one of http://, https://"),
        ("http://me:s3cr3t@host:port", "expected a port from 1 to 65535"),
        ("http://", "expected a URL with a host"),
        ("a b", "without spaces"),
        (3, "expected the URL of a proxy, got int"),
    ],
    "limits": [
        (3, "expected Limits"),
        (Limits(max_connections=0), "max_connections: expected 1 or more, or None, got int 0"),
        (Limits(keepalive_expiry=-1), "keepalive_expiry: expected 0 or more"),
        (Limits(max_keepalive=1.5), "max_keepalive: expected"),  # type: ignore[arg-type]  # wrong
    ],
    "http2": [("maybe", "expected True or False, got str 'maybe'")],
    "trust_env": [(None, "expected True or False, got NoneType None")],
    "log": [("loud", "expected 'debug', 'info' or 'warning', got str 'loud'")],
    "env_file": [("missing.env", "no file at 'missing.env'"), (3, "expected a .env file, got int")],
    "settings": [({"url": URL}, "expected ClientSettings, got dict")],
    "timeoout": [(3, "there is no such option; known: url, api_key, headers, timeout, ")],
}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [(option, value, said) for option, rows in WRONG.items() for value, said in rows],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_wrong_keyword_is_an_error_that_names_it(
    kind: Any, option: str, value: Any, said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(**{option: value})
    assert caught.value.message.startswith(f"keyword {option}=: ")
    assert said in caught.value.message
    assert "s3cr3t" not in printed(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GRAPHWIRE_URL", "localhost", "expected an http:// or https:// URL"),
        ("LANGGRAPH_API_URL", "http://host:port", "expected a port"),
        ("GRAPHWIRE_URL", "http://me:s3cr3t@host", "credentials do not belong"),
        ("LANGSMITH_API_KEY", "s3cr3t\x07", "expected one line of printable ASCII"),
        ("GRAPHWIRE_TIMEOUT", "soon", "expected seconds (above 0) or a Timeout, got str 'soon'"),
        ("GRAPHWIRE_TIMEOUT", "-1", "expected seconds (above 0)"),
        ("GRAPHWIRE_TIMEOUT", '{"raed": 1}', "raed: expected seconds"),
        ("GRAPHWIRE_TIMEOUT", '{"read": -1}', "read: expected seconds (above 0)"),
        ("GRAPHWIRE_TIMEOUT", '{"read"', "expected JSON"),
        ("GRAPHWIRE_RETRY", "never", "expected a Retry or None"),
        ("GRAPHWIRE_RETRY", '{"attempts": 0}', "attempts: expected 1 or more"),
        ("GRAPHWIRE_HEADERS", "x: s3cr3t", "expected a mapping of names to text"),
        ("GRAPHWIRE_HEADERS", '{"x": "s3cr3t', "expected JSON"),
        ("GRAPHWIRE_HEADERS", '{"X-API-Key": "s3cr3t"}', "'x-api-key' is reserved"),
        ("GRAPHWIRE_HTTP2", "maybe", "expected True or False, got str 'maybe'"),
        ("GRAPHWIRE_LIMITS", "many", "expected Limits"),
        ("GRAPHWIRE_PROXY", "gopher://me:s3cr3t@host", "expected a URL with a host"),
        ("GRAPHWIRE_LOG", "loud", "expected 'debug', 'info' or 'warning', got str 'loud'"),
        ("GRAPHWIRE_TRANSPORT", "pigeon", "there is no transport 'pigeon'; registered: "),
        ("GRAPHWIRE_AUTH", "secret-handshake", "there are no 'secret-handshake'; registered: "),
        ("GRAPHWIRE_VERIFY", "/no/such.pem", "'/no/such.pem' holds no certificates"),
        ("GRAPHWIRE_CERT", "/no/such.pem", "'/no/such.pem' cannot be used"),
        ("HTTP_PROXY", "gopher://me:s3cr3t@host", "expected a URL with a host"),
    ],
)
def test_a_wrong_variable_is_an_error_that_names_it(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    url = {} if variable.endswith("_URL") else {"url": "http://remote.test"}
    with pytest.raises(ConfigurationError) as caught:
        Client(**url, api_key=None) if "KEY" not in variable else Client(**url)  # type: ignore[arg-type]
    assert caught.value.message.startswith(f"environment {variable}: ")
    assert said in caught.value.message
    assert "s3cr3t" not in printed(caught.value)


def test_settings_made_by_hand_raise_the_same_errors() -> None:
    with pytest.raises(ConfigurationError, match="keyword timeout=: expected seconds"):
        ClientSettings(timeout=-1)  # type: ignore[arg-type]  # one number is a Timeout
    with pytest.raises(ConfigurationError, match="keyword nothing=: there is no such option"):
        ClientSettings(nothing=1)  # type: ignore[call-arg]  # an unknown one


def test_a_transport_of_ours_that_is_not_installed_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS", "")
    with pytest.raises(MissingPackageError, match="keyword transport=: 'httpx2' is not installed"):
        Client(URL, transport="httpx2")


def printed(error: BaseException) -> str:
    """Everything that an error and its chain can show."""
    said = ["".join(traceback.format_exception(error)), repr(error), str(error)]
    link: BaseException | None = error
    while link is not None:
        said += [repr(link), repr(link.args), repr(getattr(link, "errors", list)())]
        link = link.__cause__ or link.__context__
    return "\n".join(said)


def test_no_secret_is_in_a_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_API_KEY", "s3cr3t")
    options: ClientOptions = {
        "headers": {"authorization": "Bearer s3cr3t"},
        "proxy": "http://me:s3cr3t@proxy:1",
    }
    with Client(URL, **options) as client:
        shown = [repr(client), repr(client.settings), str(client.settings)]
        shown += [repr(client._sender.exchange), repr(client._sender.pools._config)]
        shown += [repr(client._sender.credentials), repr(client.settings.model_dump())]
        shown += [client.settings.model_dump_json()]
    assert "s3cr3t" not in "".join(shown)


def test_every_option_of_a_client_is_a_setting_or_an_object() -> None:
    objects = {"settings", "env_file"}
    own = {"url", "transport", "plugins_block"}
    assert (
        ClientOptions.__annotations__.keys() - objects == ClientSettings.model_fields.keys() - own
    )
    assert CallOptions.__annotations__.keys() < ClientOptions.__annotations__.keys()


def test_one_bound_may_be_open() -> None:
    assert check_limits(Limits(None, None, None)) == Limits(None, None, None)
    context = ssl.create_default_context()
    assert ClientSettings.load(verify=context).verify is context
