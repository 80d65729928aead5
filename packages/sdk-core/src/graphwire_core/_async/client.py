"""The async client: settings, a transport, and the resources over it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from graphwire_core._arguments import Headers, Params
from graphwire_core._assembly import (
    check_borrowed,
    choose_credentials,
    choose_transport,
    plugin_host,
    transport_config,
    varied,
)
from graphwire_core._async._pools import AsyncPools
from graphwire_core._async._sender import AsyncSender
from graphwire_core._exchange import Exchange
from graphwire_core._omit import OMIT
from graphwire_core._operations import custom as operations
from graphwire_core.errors import ConfigurationError
from graphwire_core.in_process._identity import Identity, System, acting_user
from graphwire_core.in_process._settings import NAME as IN_PROCESS
from graphwire_core.in_process._settings import located
from graphwire_core.plugins import Credentials, PluginHost, PluginInfo
from graphwire_core.settings import CallOptions, ClientOptions, ClientSettings
from graphwire_core.transports import AsyncTransport, TransportConfig

if TYPE_CHECKING:
    import httpx

    from graphwire_core._async.assistants import AsyncAssistants
    from graphwire_core._async.crons import AsyncCrons
    from graphwire_core._async.runs import AsyncRuns
    from graphwire_core._async.server import AsyncServer
    from graphwire_core._async.store import AsyncStore
    from graphwire_core._async.threads import AsyncThreads
    from graphwire_core.transports import AsgiApplication, LifespanMode

__all__ = ["AsyncClient"]

T = TypeVar("T")


class AsyncClient:
    """Async client of a LangGraph server; close it, or use it as an async context manager.

    Nothing is sent before the first call. One client serves any number of tasks of one event loop.

    ```python
    async with AsyncClient("http://localhost:2024") as client:
        print(await client.assistants.search())
    ```
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        transport: AsyncTransport | str | None = None,
        http_client: httpx.AsyncClient | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Create a client.

        Args:
            url: Where the server is. Default: `GRAPHWIRE_URL`; inside a LangGraph server, that one,
                without a socket; `LANGGRAPH_API_URL`, else `http://localhost:8123`.
            transport: Name of a registered transport, or one that is closed with the client.
                Default: `GRAPHWIRE_TRANSPORT`, else the registered one of the highest rank.
            http_client: An httpx client to send with; it is not closed.
            **options: See `ClientOptions`.

        Raises:
            ConfigurationError: An option is wrong; the message names it and its source.
            PluginError: A plugin of `plugins=` is broken.
        """
        plugins, auth = options.pop("plugins", ()), options.pop("auth", None)
        if isinstance(transport, str):
            options["transport"] = transport  # type: ignore[typeddict-unknown-key]  # a setting
        borrowed = http_client is not None or not isinstance(transport, str | None)
        loaded = ClientSettings.load(url, **options)
        self._host = plugin_host(plugins, loaded)
        settings = located(self._host.builder.configured(loaded), borrowed=borrowed)
        self.settings = settings
        credentials = choose_credentials(self._host, settings, auth)
        self._sender = AsyncSender(
            Exchange.of(settings, self._host.codecs.active()),
            _connections(self._host, settings, transport, http_client, credentials),
            credentials,
            self._host.middleware.in_order(),
        )
        self._owns_connections = True

    @classmethod
    def from_app(
        cls,
        app: AsgiApplication,
        *,
        url: str = "http://localhost",
        root_path: str = "",
        lifespan: LifespanMode = "auto",
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Create a client of an ASGI application, without a socket; bodies arrive as it sends them.

        Args:
            app: The application.
            url: What it sees as its own URL.
            root_path: Path below which it is mounted, as in its scope.
            lifespan: Whether to start it before the first call and shut it down at the close:
                `"auto"` does where it can be, `"on"` insists, `"off"` leaves that to its owner.
            **options: See `ClientOptions`.

        Raises:
            ConfigurationError: `app` is no ASGI application, or an option is wrong.
        """
        from graphwire_core.transports import AsyncAsgiTransport  # noqa: PLC0415  # when used

        transport = AsyncAsgiTransport(app, root_path=root_path, lifespan=lifespan)
        return cls(url, transport=transport, **options)

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """The plugins in use: the built-in one, installed ones, those passed in."""
        return self._host.plugins

    @cached_property
    def assistants(self) -> AsyncAssistants:
        """Assistants: a graph with its configuration, versioned."""
        from graphwire_core._async.assistants import AsyncAssistants  # noqa: PLC0415  # when used

        return AsyncAssistants(self._sender)

    @cached_property
    def threads(self) -> AsyncThreads:
        """Threads: the state that runs share."""
        from graphwire_core._async.threads import AsyncThreads  # noqa: PLC0415  # when used

        return AsyncThreads(self._sender)

    @cached_property
    def runs(self) -> AsyncRuns:
        """Runs: one execution of a graph."""
        from graphwire_core._async.runs import AsyncRuns  # noqa: PLC0415  # when used

        return AsyncRuns(self._sender)

    @cached_property
    def crons(self) -> AsyncCrons:
        """Cron jobs: runs on a schedule."""
        from graphwire_core._async.crons import AsyncCrons  # noqa: PLC0415  # when used

        return AsyncCrons(self._sender)

    @cached_property
    def store(self) -> AsyncStore:
        """The store: items under a key in a namespace, across threads."""
        from graphwire_core._async.store import AsyncStore  # noqa: PLC0415  # when used

        return AsyncStore(self._sender)

    @cached_property
    def server(self) -> AsyncServer:
        """The server itself: version, health, load."""
        from graphwire_core._async.server import AsyncServer  # noqa: PLC0415  # when used

        return AsyncServer(self._sender)

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = OMIT,
        output: None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Any: ...

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = OMIT,
        output: type[T],
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> T: ...

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = OMIT,
        output: type[Any] | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Any:
        """Send a request to any endpoint, with this client's transport, credentials and retries.

        Args:
            method: HTTP method.
            path: Path below the client's URL, quoted, without query.
            json: Body; `None` is sent as null. Default: no body.
            output: Type to validate the answer as; `bytes` for the body as it is. Default: the
                decoded JSON.
            headers: Extra request headers; they win over the client's.
            params: Query parameters.
        """
        operation = operations.request(method, path, json=json, output=output)
        return await self._sender.send(operation.customized(headers, params))

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Return a client with other options over the same connections.

        `headers` are added to those of this client. The connections stay this client's: closing
        the new one leaves them open.

        Raises:
            ConfigurationError: An option is wrong, or belongs to the connections.
        """
        settings, credentials = varied(self._host, self.settings, self._sender.credentials, options)
        exchange = Exchange.of(settings, self._sender.exchange.codecs)
        return self._variant(settings, exchange, self._sender.pools, credentials)

    def acting_as(self, user: object, *, permissions: Sequence[str] | None = None) -> Self:
        """Return a client whose in-process calls are a user's: the server's rules apply to them.

        Args:
            user: An identity, or what an authenticator returned: a mapping or an object with one.
            permissions: What the user may do, as rules see it. Default: the user's own.

        Raises:
            InvalidArgumentError: The user has no identity.
            ConfigurationError: This client is not in-process.
        """
        return self._on_behalf_of(acting_user(user, permissions))

    def as_system(self) -> Self:
        """Return a client whose in-process calls are the server's own: no rule applies to them.

        Raises:
            ConfigurationError: This client is not in-process.
        """
        return self._on_behalf_of(System())

    def _on_behalf_of(self, identity: Identity) -> Self:
        sender = self._sender
        pools = sender.pools.acting_as(identity)
        return self._variant(self.settings, sender.exchange, pools, sender.credentials)

    def _variant(
        self,
        settings: ClientSettings,
        exchange: Exchange,
        pools: AsyncPools,
        credentials: Credentials | None,
    ) -> Self:
        variant = object.__new__(type(self))
        variant.settings = settings
        variant._host = self._host
        sender = self._sender
        turn = sender.turn if credentials is sender.credentials else None
        variant._sender = AsyncSender(exchange, pools, credentials, sender.middleware, turn)
        variant._owns_connections = False
        return variant

    async def aclose(self) -> None:
        """Close every connection; a second call does nothing."""
        if self._owns_connections:
            await self._sender.pools.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.settings.url} over {self._sender.pools.name}>"


def _connections(
    host: PluginHost,
    settings: ClientSettings,
    transport: AsyncTransport | str | None,
    http_client: httpx.AsyncClient | None,
    credentials: Credentials | None,
) -> AsyncPools:
    if transport is not None and http_client is not None:
        raise ConfigurationError("transport= and http_client=: expected one of them, got both")
    config = TransportConfig(settings.url)
    if http_client is not None:
        import httpx  # noqa: PLC0415  # it takes as long as all else together

        from graphwire_core.transports import AsyncHttpxClientTransport  # noqa: PLC0415

        check_borrowed(settings, "http_client", http_client, httpx.AsyncClient)
        return AsyncPools.of(AsyncHttpxClientTransport(http_client), config, owned=False)
    if transport is not None and not isinstance(transport, str):
        check_borrowed(settings, "transport", transport, ("send", "aclose"))
        return AsyncPools.of(transport, config)
    makers = host.transports.async_makers()
    name = choose_transport(host, settings, makers)
    if name == IN_PROCESS:
        pools = AsyncPools.of(makers[name](config), config, owned=False)
        pools.name = name
        return pools
    return AsyncPools(name, makers[name], transport_config(settings, credentials))
