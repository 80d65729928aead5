"""The middleware: one span around one attempt, and its context in the request's headers.

A span is never made the current one: an attempt ends wherever its body is closed, which may be in
another task or thread than the one it began in.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from opentelemetry import propagate, trace
from opentelemetry.context import (
    _SUPPRESS_HTTP_INSTRUMENTATION_KEY,
    _SUPPRESS_INSTRUMENTATION_KEY,
    Context,
    get_current,
)
from opentelemetry.metrics import MeterProvider
from opentelemetry.propagators.textmap import Setter
from opentelemetry.trace import SpanKind, StatusCode, TracerProvider

from graphwire_core.plugins import Attempt, MiddlewareFlow, Outcome
from graphwire_core.transports import Request
from graphwire_otel._attributes import (
    METERED,
    description_of,
    error_type,
    name_of,
    of_outcome,
    of_request,
)
from graphwire_otel._instruments import Instruments

__all__ = ["OpenTelemetryMiddleware"]

_SUPPRESSED = (_SUPPRESS_INSTRUMENTATION_KEY, _SUPPRESS_HTTP_INSTRUMENTATION_KEY)
"""Keys by which code of the ecosystem says that it wants no spans of its requests."""


class OpenTelemetryMiddleware:
    """Makes a span of each attempt, from its request to the end of its body.

    The span's parent is the span that is current where the call is made. A stream that is closed
    early ends its span there; one that is never closed, when it is collected.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._instruments = Instruments(tracer_provider, meter_provider)

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        """Yield the request with the context of its span; end the span with the outcome."""
        context = get_current()
        if context and any(context.get(key) for key in _SUPPRESSED):
            return _through(attempt.request)
        if self._instruments.live():
            return self._observed(attempt, context)
        # A caller's own context, from another service say, goes on even if nothing is recorded.
        return _through(_carrying(attempt.request, context) if context else attempt.request)

    def _observed(self, attempt: Attempt, context: Context) -> MiddlewareFlow:
        attributes = of_request(attempt)
        span = self._instruments.tracer.start_span(
            name_of(attributes), context, SpanKind.CLIENT, attributes
        )
        within = trace.set_span_in_context(span, context)
        try:
            outcome = yield _carrying(attempt.request, within)
            answered = of_outcome(outcome)
            failure = error_type(outcome)
            if failure is not None:
                answered["error.type"] = failure
                span.set_status(StatusCode.ERROR, description_of(outcome))
            span.set_attributes(answered)
            measured = {name: attributes[name] for name in METERED}
            measured |= {
                name: answered[name]
                for name in ("http.response.status_code", "error.type")
                if name in answered
            }
            self._instruments.duration.record(outcome.duration, measured, within)
        finally:
            span.end()


def _through(request: Request) -> Generator[Request, Outcome, None]:
    yield request


class _Headers(Setter[dict[str, str]]):
    """Writes what a propagator says into headers, whose names are in lower case."""

    def set(self, carrier: dict[str, str], key: str, value: str) -> None:
        carrier[key.lower()] = value


_HEADERS = _Headers()


def _carrying(request: Request, context: Context) -> Request:
    """Return a request with the headers of the process's propagator, by default W3C's."""
    headers = dict(request.headers)
    propagate.inject(headers, context, _HEADERS)
    return replace(request, headers=headers)
