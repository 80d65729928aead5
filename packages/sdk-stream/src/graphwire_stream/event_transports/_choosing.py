"""Which event transport a thread stream uses, by its name."""

from __future__ import annotations

from typing import Any, overload

from graphwire_core import AsyncClient, Client
from graphwire_core._arguments import describe
from graphwire_core.errors import ConfigurationError, GraphwireError, PluginError
from graphwire_stream.event_transports import _builtin
from graphwire_stream.event_transports._registry import EventTransportHooks, EventTransportRegistry
from graphwire_stream.event_transports._types import AsyncEventTransport, EventTransport

__all__ = ["event_transport"]


@overload
def event_transport(client: AsyncClient, name: str) -> AsyncEventTransport: ...


@overload
def event_transport(client: Client, name: str) -> EventTransport: ...


def event_transport(
    client: AsyncClient | Client, name: str
) -> AsyncEventTransport | EventTransport:
    """Make the event transport of a name, as the client's plugins provide it.

    Args:
        client: Whose URL, headers, credentials and connections it uses.
        name: `"sse"`, `"websocket"`, or one that a plugin registers.

    Raises:
        ConfigurationError: There is none of this name, or not in the client's colour; the message
            lists those there are, and who provides them.
        PluginError: It could not be made.
    """
    host = client._host  # noqa: SLF001  # the client and its transports are one unit
    registry = host.ask(EventTransportHooks, EventTransportRegistry(), _builtin)
    known = registry.values()
    colour = "asynchronous" if isinstance(client, AsyncClient) else "synchronous"
    makers: dict[str, Any] = {
        one: make for one, provider in known.items() if (make := getattr(provider, colour))
    }
    if not isinstance(name, str) or name not in makers:
        fault = "is for the other colour" if name in known else "is not registered"
        labels = {info.name: info.label for info in client.plugins if info.origin != "built-in"}
        providers = {one: labels.get(registry.plugin_of(one), "built in") for one in makers}
        listed = ", ".join(f"{one!r} ({by})" for one, by in sorted(providers.items()))
        raise ConfigurationError(
            f"transport: event transport {describe(name)} {fault}; registered: {listed}"
        )
    where = f"event transport {name!r} of plugin {registry.plugin_of(name)!r}"
    made: AsyncEventTransport | EventTransport = _made(where, makers[name], client)
    return made


def _made(where: str, make: Any, client: AsyncClient | Client) -> Any:
    try:
        made = make(client)
    except GraphwireError:
        raise
    except Exception as error:  # what it says may hold a secret
        raise PluginError(f"{where} could not be made: {type(error).__name__}") from error
    if not callable(getattr(made, "connect", None)):
        got = type(made).__name__
        raise PluginError(f"{where}: expected an object with connect(), got {got}")
    return made
