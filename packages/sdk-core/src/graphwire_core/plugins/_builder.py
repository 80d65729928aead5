"""What a plugin may change of a client in the making: its options, where nobody has set them."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Self, TypedDict, Unpack

from graphwire_core.errors import ConfigurationError, PluginError
from graphwire_core.plugins._registries import Registry
from graphwire_core.retry import Retry
from graphwire_core.settings import ClientSettings
from graphwire_core.transports._types import Limits, Timeout

__all__ = ["BuilderOptions", "ClientBuilder"]

_HEADER = "header "
_VISIBLE = (
    "url",
    "timeout",
    "retry",
    "transport",
    "auth",
    "trust_env",
    "limits",
    "http2",
)
"""Options that hold no secret, nor the path to one."""


class BuilderOptions(TypedDict, total=False):
    """Options of a client that a plugin may set; see `ClientOptions`."""

    url: str
    """Where the server is."""
    timeout: float | Timeout | None
    """One number of seconds for every phase, or a `Timeout`."""
    retry: Retry | None
    """Retry policy."""
    transport: str
    """Name of a registered transport."""
    auth: str
    """Name of registered credentials."""
    verify: bool | str | ssl.SSLContext
    """Which servers to trust."""
    cert: str | tuple[str, str] | tuple[str, str, str] | None
    """Client certificate."""
    proxy: str | None
    """URL of a proxy."""
    trust_env: bool
    """Whether the environment names proxies."""
    limits: Limits
    """Bounds of the pool of connections."""
    http2: bool
    """Whether to speak HTTP/2 where the server does."""


class ClientBuilder(Registry[Any]):
    """What `graphwire_configure` gets.

    A plugin replaces defaults: what a keyword or the environment says stays, and a plugin of higher
    precedence wins over one of lower. Two of equal precedence that set one option collide.
    """

    kind = "option"

    def __init__(
        self,
        plugin: str = "",
        precedence: int | None = None,
        *,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(plugin, precedence)
        self.options = options
        """Some of the options as keywords and the environment have them, none of them secret."""

    @classmethod
    def of(cls, settings: ClientSettings) -> Self:
        """Return the builder of a client, which shows plugins what may be shown."""
        return cls(options=MappingProxyType({name: getattr(settings, name) for name in _VISIBLE}))

    def stage(self, plugin: str, precedence: int) -> Self:
        """Return an empty builder for one plugin to set options of."""
        return type(self)(plugin, precedence, options=self.options)

    def set(self, **options: Unpack[BuilderOptions]) -> None:
        """Set options of the client.

        Raises:
            PluginError: There is no such option, or its value is wrong.
        """
        for name, value in options.items():
            if name not in BuilderOptions.__annotations__:
                known = ", ".join(BuilderOptions.__annotations__)
                raise PluginError(f"option {name!r} is not a plugin's to set; known: {known}")
            self._put(name, _checked(name, value))

    def add_headers(self, headers: Mapping[str, str]) -> None:
        """Add headers to every request; the client's own of the same name win.

        Raises:
            PluginError: One is reserved, or cannot be sent.
        """
        checked = _checked("headers", headers)
        for name in headers:
            self._put(_HEADER + name.lower(), checked[name.lower()])

    def configured(self, settings: ClientSettings) -> ClientSettings:
        """Return the settings of a client with what its plugins have set."""
        options, headers = {}, {}
        for name, entry in self._entries.items():
            header = name.removeprefix(_HEADER)
            if header != name:
                headers[header] = entry.value
            elif settings.source(name) == "default":
                options[name] = (entry.value, f"{entry.plugin}, hook graphwire_configure")
        if not options and headers.keys() <= settings.headers.keys():
            return settings
        return settings.replaced(options, {**headers, **settings.headers})


def _checked(name: str, value: Any) -> Any:
    problem = ""
    try:
        return getattr(ClientSettings.load(settings=_defaults(), **{name: value}), name)
    except ConfigurationError as error:
        problem = error.message.removeprefix("keyword ").replace("=:", ":", 1)
    raise PluginError(problem)  # raised here, it has no context that holds the value


@cache
def _defaults() -> ClientSettings:
    return ClientSettings.defaults()
