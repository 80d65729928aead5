"""The decisions of creating a client: which transport, which credentials, made with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphwire_core._callers import warn_caller
from graphwire_core._logging import set_level
from graphwire_core._network import environment_proxy, is_loopback, tls_context
from graphwire_core.credentials import ApiKey, Bearer, as_credentials
from graphwire_core.errors import (
    ConfigurationError,
    GraphwireError,
    MissingPackageError,
    PluginError,
)
from graphwire_core.plugins import Credentials, PluginHost, PluginWarning
from graphwire_core.plugins._discovery import installed
from graphwire_core.settings import CallOptions, ClientSettings
from graphwire_core.transports import TransportConfig

__all__ = [
    "check_borrowed",
    "choose_credentials",
    "choose_transport",
    "plugin_host",
    "transport_config",
    "varied",
]

OURS = {"aiohttp": "graphwire-aiohttp", "httpx2": "graphwire-httpx2"}
"""Distributions that provide a transport of a name, for the error of one that is not installed."""

_OF_CONNECTIONS = ("verify", "cert", "proxy", "trust_env", "limits", "http2")
"""Options that say nothing to connections which the caller made."""


def plugin_host(plugins: Any, settings: ClientSettings) -> PluginHost:
    """Ask the plugins of a client: the built-in one, installed ones, those of `plugins=`."""
    passed = [] if plugins is None else plugins
    if isinstance(passed, str | bytes) or not isinstance(passed, Sequence | set | frozenset):
        got = type(passed).__name__
        raise ConfigurationError(f"keyword plugins=: expected a list of plugins, got {got}")
    if settings.log is not None:
        set_level(settings.log)
    _check_lists(settings)
    return PluginHost(
        passed, allow=settings.plugins, block=settings.plugins_block, settings=settings
    )


def _check_lists(settings: ClientSettings) -> None:
    """Check the names of plugins: what is allowed has to be there; what is blocked, need not.

    Raises:
        ConfigurationError: No installed plugin has a name that is allowed.
    """
    if not (settings.plugins or settings.plugins_block):
        return
    known = {point.name for point in installed()}
    for option in ("plugins", "plugins_block"):
        for name in sorted((getattr(settings, option) or frozenset()) - known):
            message = (
                f"{settings.source(option)}: no plugin {name!r} is installed; "
                f"installed: {', '.join(sorted(known)) or 'none'}"
            )
            if option == "plugins":
                raise ConfigurationError(message)
            warn_caller(message, PluginWarning)


def transport_config(settings: ClientSettings, credentials: Credentials | None) -> TransportConfig:
    """Make what the transports of a client are made with."""
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    if proxy is None and settings.trust_env:
        proxy = environment_proxy(settings.url)
    # Loading the trusted certificates takes longer than a call, and plain HTTP needs none, unless
    # the credentials fetch tokens from elsewhere.
    secure = settings.url.startswith("https:") or (proxy or "").startswith("https:")
    asked = settings.verify is not True or settings.cert is not None
    fetching = not isinstance(credentials, ApiKey | Bearer | None)
    tls = tls_context(settings) if secure or asked or fetching else None
    return TransportConfig(settings.url, settings.limits, settings.http2, proxy, tls)


def check_borrowed(
    settings: ClientSettings, keyword: str, connections: object, expected: type | tuple[str, ...]
) -> None:
    """Refuse connections of the wrong kind or colour, and options that they would not heed."""
    if isinstance(expected, type):
        fits = isinstance(connections, expected)
        wanted = f"{expected.__module__}.{expected.__name__}"
    else:
        fits = all(callable(getattr(connections, name, None)) for name in expected)
        wanted = f"a name, or an object with {'() and '.join(expected)}()"
    if not fits:
        got = type(connections).__name__
        raise ConfigurationError(f"keyword {keyword}=: expected {wanted}, got {got}")
    for option in _OF_CONNECTIONS:
        if settings.source(option).startswith("keyword"):
            raise ConfigurationError(
                f"keyword {option}=: {keyword}= brings its own connections, which do not heed it"
            )


def choose_transport(
    host: PluginHost, settings: ClientSettings, makers: Mapping[str, object]
) -> str:
    """Choose one of the transports of a colour: the named one, else that of the highest rank.

    Raises:
        MissingPackageError: The name is one of ours that is not installed.
        ConfigurationError: There is none of this name, or not in this colour.
    """
    name, source = settings.transport, settings.source("transport")
    known = host.transports.values()
    if name is None:
        ranks = {one: known[one].rank for one in makers if known[one].rank >= 0}
        return max(ranks or makers, key=lambda one: (known[one].rank, one))
    if name in makers:
        return name
    registered = f"registered: {', '.join(sorted(makers))}"
    if name in known:
        raise ConfigurationError(f"{source}: {name!r} is for the other colour; {registered}")
    if name in OURS:
        raise MissingPackageError(
            f"{source}: {name!r} is not installed: pip install {OURS[name]}; {registered}"
        )
    raise ConfigurationError(f"{source}: there is no transport {name!r}; {registered}")


def choose_credentials(host: PluginHost, settings: ClientSettings, auth: Any) -> Credentials | None:
    """Choose the credentials: `auth=`, else those that `GRAPHWIRE_AUTH` names, else the API key.

    A key from the environment does not go to another machine over plain HTTP.
    """
    chosen = settings.auth if auth is None else auth
    if chosen is None:
        if settings.api_key is None:
            return None
        chosen = "api-key"
    if not isinstance(chosen, str):
        return as_credentials(chosen)
    source = settings.source("auth") if auth is None else "keyword auth="
    makers = host.credentials.values()
    if chosen not in makers:
        known = ", ".join(sorted(makers))
        raise ConfigurationError(f"{source}: there are no {chosen!r}; registered: {known}")
    if makers[chosen] == ApiKey.of and settings.api_key is not None and _leaks(settings):
        return None
    where = f"credentials {chosen!r} of plugin {host.credentials.plugin_of(chosen)!r}"
    try:
        made = makers[chosen](settings)
    except GraphwireError:
        raise
    except Exception as error:  # what it says may hold a secret
        raise PluginError(f"{where} could not be made: {type(error).__name__}") from error
    if not callable(getattr(made, "flow", None)):
        raise PluginError(f"{where}: expected an object with flow(), got {type(made).__name__}")
    return made


def _leaks(settings: ClientSettings) -> bool:
    explicit = settings.source("api_key").startswith("keyword")
    if explicit or not settings.url.startswith("http:") or is_loopback(settings.url):
        return False
    warn_caller(
        f"The API key ({settings.source('api_key')}) is not sent to {settings.url}: the connection "
        "is not encrypted. Use https, or pass api_key= to send it, api_key=None not to",
        UserWarning,
    )
    return True


def varied(
    host: PluginHost,
    settings: ClientSettings,
    credentials: Credentials | None,
    options: CallOptions,
) -> tuple[ClientSettings, Credentials | None]:
    """Return the settings and credentials of a variant of a client over its connections.

    Raises:
        ConfigurationError: An option is wrong, or belongs to the connections.
    """
    foreign = options.keys() - CallOptions.__annotations__.keys()
    if foreign:
        raise ConfigurationError(
            f"keyword {min(foreign)}=: with_options() cannot change it; create another client"
        )
    auth = options.pop("auth", None)
    renewed = ClientSettings.load(**options, settings=settings)
    if auth is None:
        if "api_key" not in options:
            return renewed, credentials
        if renewed.api_key is None and not isinstance(credentials, ApiKey):
            return renewed, credentials  # without a key it was before
    return renewed, choose_credentials(host, renewed, auth)
