"""OpenTelemetry for Graphwire: a span for every attempt at a call, and W3C propagation.

An installed plugin: a client finds it through its entry point, and nothing needs to import it.
"""

from graphwire_otel._middleware import OpenTelemetryMiddleware
from graphwire_otel._plugin import OpenTelemetry, graphwire_register_middleware

__all__ = [
    "OpenTelemetry",
    "OpenTelemetryMiddleware",
    "graphwire_register_middleware",
]
