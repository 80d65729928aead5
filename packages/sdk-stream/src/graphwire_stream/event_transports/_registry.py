"""The hook by which an installed package brings an event transport, and where it registers it.

```python
@hookimpl
def graphwire_register_event_transports(registry: EventTransportRegistry) -> None:
    registry.add("polling", asynchronous=AsyncPolling, synchronous=Polling)
```
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graphwire_core import AsyncClient, Client
from graphwire_core._arguments import describe
from graphwire_core.errors import PluginError
from graphwire_core.plugins._registries import Registry
from graphwire_core.plugins._specs import hookspec
from graphwire_stream.event_transports._types import AsyncEventTransport, EventTransport

__all__ = ["EventTransportHooks", "EventTransportProvider", "EventTransportRegistry"]


@dataclass(frozen=True, slots=True)
class EventTransportProvider:
    """How to make an event transport of either colour; `None` for one that it does not have."""

    asynchronous: Callable[[AsyncClient], AsyncEventTransport] | None
    synchronous: Callable[[Client], EventTransport] | None


class EventTransportRegistry(Registry[EventTransportProvider]):
    """Where `graphwire_register_event_transports` registers."""

    kind = "event transport"

    def add(
        self,
        name: str,
        *,
        asynchronous: Callable[[AsyncClient], AsyncEventTransport] | None = None,
        synchronous: Callable[[Client], EventTransport] | None = None,
    ) -> None:
        """Register an event transport.

        Args:
            name: What `client.threads.stream(transport=...)` selects it by.
            asynchronous: Makes one for an async client, which it may send requests with; it is
                called once per thread stream.
            synchronous: Makes one for a sync client.
        """
        for make in (asynchronous, synchronous):
            if make is not None and not callable(make):
                raise PluginError(
                    f"{self.kind} {name!r}: expected a function, got {describe(make)}"
                )
        if asynchronous is None and synchronous is None:
            wanted = "asynchronous or synchronous"
            raise PluginError(f"{self.kind} {name!r}: expected {wanted}, got neither")
        self._put(name, EventTransportProvider(asynchronous, synchronous))


class EventTransportHooks:
    """Specification of the hook."""

    @hookspec
    def graphwire_register_event_transports(self, registry: EventTransportRegistry) -> None:
        """Register event transports."""
