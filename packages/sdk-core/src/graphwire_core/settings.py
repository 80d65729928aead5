"""The options of a client: keyword, then environment, then default."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)

from graphwire_core import _option_checks as checks
from graphwire_core._arguments import Headers
from graphwire_core._variables import (
    Found,
    check_env_file,
    complaint,
    read_variables,
    variables_of,
)
from graphwire_core.errors import ConfigurationError
from graphwire_core.retry import Retry
from graphwire_core.transports._types import Limits, Timeout

if TYPE_CHECKING:
    import httpx

    from graphwire_core.plugins._types import Credentials

__all__ = ["CallOptions", "ClientOptions", "ClientSettings"]


class CallOptions(TypedDict, total=False):
    """Keywords that a client and its variants (`with_options`) take."""

    api_key: str | SecretStr | None
    """Key sent as `x-api-key`; `None` for no key. Default: the environment."""
    headers: Headers
    """Headers sent with every request."""
    timeout: float | Timeout | None
    """One number of seconds for every phase, or a `Timeout`; `None` for no limit."""
    retry: Retry | None
    """Retry policy; `None` for no retries."""
    encryption_context: Mapping[str, Any] | None
    """What the server's encryption handlers are told, such as `{"tenant_id": "acme"}`."""
    auth: str | Credentials | Callable[[], Any] | httpx.Auth | None
    """Credentials in place of the API key: an object, a token function, or a registered name."""


class ClientOptions(CallOptions, total=False):
    """Keywords that every way of creating a client takes."""

    verify: bool | str | ssl.SSLContext
    """Which servers to trust: as the machine does, any (`False`), or by a file or folder."""
    cert: str | tuple[str, str] | tuple[str, str, str] | None
    """Client certificate: a file, or (certificate, key), or (certificate, key, password)."""
    proxy: str | SecretStr | None
    """URL of a proxy. Default: the environment's."""
    trust_env: bool
    """Whether the environment names proxies."""
    limits: Limits
    """Bounds of the pool of connections."""
    http2: bool
    """Whether to speak HTTP/2 where the server does."""
    plugins: Sequence[object]
    """Plugins of this client; they win over installed ones."""
    log: Literal["debug", "info", "warning"] | None
    """Level of the logger `graphwire`; `None` leaves it as it is."""
    env_file: str | None
    """A `.env` file for what the environment leaves unset; none is read unless named."""
    settings: ClientSettings
    """Settings made elsewhere; the other keywords win over them."""


class ClientSettings(BaseModel):
    """Validated options of a client, frozen.

    Each field is read from its keyword, else from `GRAPHWIRE_<FIELD>` or, for the URL and the key,
    the variables of the LangGraph ecosystem, else from the `.env` file of `_env_file=`. An empty
    variable counts as unset; only an empty `GRAPHWIRE_PLUGINS` says something: no plugins.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = "http://localhost:8123"
    """Where the server is; a path prefix is kept."""
    api_key: SecretStr | None = None
    """Key sent as `x-api-key`. Spaces and quotes around it are stripped."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Headers sent with every request."""
    timeout: Timeout = Timeout()
    """Limits of a request, in seconds."""
    retry: Retry | None = Retry()
    """Retry policy; `None` for no retries."""
    encryption_context: dict[str, Any] | None = Field(None, repr=False)
    """What the server's encryption handlers are told, sent as `X-Encryption-Context`."""
    transport: str | None = None
    """Name of a registered transport; `None` for that of the highest rank."""
    auth: str | None = None
    """Name of registered credentials; `None` for the API key."""
    verify: bool | str | InstanceOf[ssl.SSLContext] = True
    """Which servers to trust."""
    cert: str | tuple[str, str] | tuple[str, str, str] | None = Field(None, repr=False)
    """Client certificate."""
    proxy: SecretStr | None = None
    """URL of a proxy; it may hold credentials."""
    trust_env: bool = True
    """Whether the environment names proxies."""
    limits: Limits = Limits()
    """Bounds of the pool of connections."""
    http2: bool = False
    """Whether to speak HTTP/2 where the server does."""
    plugins: frozenset[str] | None = None
    """Names of the installed plugins that may load, separated by commas; `None` for all."""
    plugins_block: frozenset[str] = frozenset()
    """Names of installed plugins that may not load, separated by commas."""
    log: Literal["debug", "info", "warning"] | None = None
    """Level of the logger `graphwire`; `None` leaves it as it is."""

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    if not TYPE_CHECKING:  # type checkers see the fields

        def __init__(self, *, _env_file: str | None = None, **options: Any) -> None:
            check_env_file(_env_file)
            open_ = type(self).model_fields.keys() - options.keys()
            found: dict[str, Found] = read_variables(open_, _env_file) if open_ else {}
            problem = ""
            try:
                super().__init__(**{name: one.value for name, one in found.items()}, **options)
            except ValidationError as error:
                problem = complaint(error, options, _env_file)
            if problem:  # raised here, it has no context that holds the values
                raise ConfigurationError(problem)
            self._sources.update({name: one.source for name, one in found.items()})
            self._sources.update({name: f"keyword {name}=" for name in options})

    @classmethod
    def load(cls, url: str | None = None, **options: Any) -> ClientSettings:
        """Make settings from the keywords of a client and the environment.

        With `settings=` the environment is not read again.

        Raises:
            ConfigurationError: An option is wrong; the message names it and its source.
        """
        base = options.pop("settings", None)
        if base is not None and not isinstance(base, ClientSettings):
            got = type(base).__name__
            raise ConfigurationError(f"keyword settings=: expected ClientSettings, got {got}")
        env_file = options.pop("env_file", None)
        given = options if url is None else {**options, "url": url}
        if base is None:
            return cls(_env_file=env_file, **given)  # type: ignore[call-arg]  # of the hidden __init__
        inherited = {name: getattr(base, name) for name in cls.model_fields}
        if isinstance(given.get("headers"), Mapping):
            given["headers"] = {**base.headers, **given["headers"]}
        made = cls(**{**inherited, **given})
        made._sources.update({name: base.source(name) for name in inherited.keys() - given.keys()})
        return made

    @classmethod
    def defaults(cls) -> ClientSettings:
        """Return the settings of a client that nobody has set an option of."""
        fields = cls.model_fields.items()
        made = cls(**{name: field.get_default(call_default_factory=True) for name, field in fields})
        made._sources.clear()
        return made

    def replaced(
        self, options: Mapping[str, tuple[Any, str]], headers: Mapping[str, SecretStr]
    ) -> ClientSettings:
        """Return settings with other options, each with where it is from, and other headers."""
        values = {name: value for name, (value, _) in options.items()}
        made = type(self).load(settings=self, headers=headers, **values)
        sources = {name: source for name, (_, source) in options.items()}
        made._sources.update(sources, headers=self.source("headers"))  # noqa: SLF001  # its own
        return made

    def source(self, option: str) -> str:
        """Say where an option is from: `keyword url=`, `environment GRAPHWIRE_URL`, `default`."""
        return self._sources.get(option, "default")

    @classmethod
    def variables(cls) -> dict[str, tuple[str, ...]]:
        """Return the environment variables of each option; the first that is set counts."""
        return {name: variables_of(name) for name in cls.model_fields}

    @field_validator("url")
    @classmethod
    def _absolute(cls, url: str) -> str:
        return checks.clean_url(url)

    @field_validator("api_key", mode="before")
    @classmethod
    def _bare(cls, key: Any) -> Any:
        return checks.clean_key(key)

    @field_validator("headers", mode="before")
    @classmethod
    def _clean(cls, headers: Any) -> Any:
        return checks.clean_headers(headers)

    @field_validator("proxy", mode="before")
    @classmethod
    def _reachable(cls, proxy: Any) -> Any:
        return checks.clean_proxy(proxy)

    @field_validator("timeout", mode="before")
    @classmethod
    def _every_phase(cls, limit: Any) -> Any:
        return checks.every_phase(limit)

    @field_validator("retry", "limits", "cert", "encryption_context", mode="before")
    @classmethod
    def _decoded(cls, value: Any) -> Any:
        return checks.decoded(value)

    @field_validator("timeout", "retry", "limits")
    @classmethod
    def _sound(cls, value: Timeout | Retry | Limits | None) -> Timeout | Retry | Limits | None:
        if isinstance(value, Timeout):
            return checks.check_timeout(value)
        if isinstance(value, Limits):
            return checks.check_limits(value)
        return checks.check_retry(value)

    @field_validator("verify", mode="before")
    @classmethod
    def _switch(cls, verify: Any) -> Any:
        switches = {"true": True, "1": True, "false": False, "0": False}
        return switches.get(verify.lower(), verify) if isinstance(verify, str) else verify

    @field_validator("log", mode="before")
    @classmethod
    def _level(cls, level: Any) -> Any:
        return level.lower() if isinstance(level, str) else level

    @field_validator("plugins", "plugins_block", mode="before")
    @classmethod
    def _names(cls, names: Any) -> Any:
        if isinstance(names, str):
            return frozenset(name.strip() for name in names.split(",") if name.strip())
        return names
