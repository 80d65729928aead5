"""The tracer and the histogram, and whether anybody would see what they record."""

from __future__ import annotations

from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import TracerProvider

from graphwire_core import __version__

__all__ = ["Instruments"]

_SCOPE = "graphwire_otel"
_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
"""The semantic conventions that names and attributes follow."""
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Bounds of the histogram in seconds, by the same conventions."""
_API = ("opentelemetry.trace", "opentelemetry.metrics")


class Instruments:
    """What one client records with.

    The providers of the process may be set after the client is made: the API's own stand-ins, which
    hand over to them, are what is kept here.
    """

    def __init__(
        self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None
    ) -> None:
        self._providers = (tracer_provider, meter_provider)
        self._live = False
        self.tracer = trace.get_tracer(_SCOPE, __version__, tracer_provider, _SCHEMA)
        meter = metrics.get_meter(_SCOPE, __version__, meter_provider, _SCHEMA)
        self.duration = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BOUNDS,
        )

    def live(self) -> bool:
        """Whether there is a provider that may record; once there is one, it stays."""
        if not self._live:
            tracers, meters = self._providers
            self._live = _records(tracers or trace.get_tracer_provider()) or _records(
                meters or metrics.get_meter_provider()
            )
        return self._live


def _records(provider: object) -> bool:
    """Whether a provider is more than the API's own, which make spans and numbers of nothing."""
    return not type(provider).__module__.startswith(_API)
