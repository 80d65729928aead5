"""How the middleware comes into a client: as the installed plugin, or as one that is passed in."""

from __future__ import annotations

from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from graphwire_core.plugins import MiddlewareRegistry, hookimpl
from graphwire_otel._middleware import OpenTelemetryMiddleware

__all__ = ["OpenTelemetry", "graphwire_register_middleware"]

NAME = "otel"
_ORDER = 100
"""Inside of other middleware: a span shows the request as it goes out, and how long that took."""


@hookimpl
def graphwire_register_middleware(registry: MiddlewareRegistry) -> None:
    """Register the middleware with the providers of the process."""
    registry.add(NAME, OpenTelemetryMiddleware(), order=_ORDER)


class OpenTelemetry:
    """Plugin with providers of its own: `get_client(plugins=[OpenTelemetry(...)])`.

    It takes the place of the installed plugin, so that no request has two spans.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        """Make the plugin.

        Args:
            tracer_provider: Makes the spans. Default: the provider of the process.
            meter_provider: Makes the histogram. Default: the provider of the process.
        """
        self._tracer_provider = tracer_provider
        self._meter_provider = meter_provider

    @hookimpl
    def graphwire_register_middleware(self, registry: MiddlewareRegistry) -> None:
        """Register the middleware with these providers."""
        middleware = OpenTelemetryMiddleware(
            tracer_provider=self._tracer_provider, meter_provider=self._meter_provider
        )
        registry.add(NAME, middleware, order=_ORDER)
