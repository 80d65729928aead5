"""What of a trace reaches the server, with a provider and without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.context import (
    _SUPPRESS_HTTP_INSTRUMENTATION_KEY,
    _SUPPRESS_INSTRUMENTATION_KEY,
    Context,
)
from opentelemetry.propagators.textmap import Getter, Setter, TextMapPropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from tests.otel.conftest import Call, traceparent
from tests.otel.local_server import LocalServer

from graphwire_core.plugins import Attempt
from graphwire_core.transports import Request, Timeout
from graphwire_otel import OpenTelemetry, OpenTelemetryMiddleware

TRACE = {"traceparent", "tracestate", "baggage"}
REQUEST = Request("GET", "http://server.test/ok", {"accept": "*/*"}, b"", Timeout())
REMOTE = SpanContext(0xABC, 0xDEF, is_remote=True, trace_flags=TraceFlags(1))


@contextmanager
def attached(within: Context) -> Iterator[None]:
    token = context.attach(within)
    try:
        yield
    finally:
        context.detach(token)


def sent_by(middleware: OpenTelemetryMiddleware) -> Request:
    flow = middleware.attempt(Attempt(REQUEST, "/ok", 1, stream=False))
    request = next(flow)
    flow.close()
    return request


def test_the_server_receives_the_context_of_the_span(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    call(lambda client: client.server.ok())
    (span,) = exporter.get_finished_spans()
    assert local.received[0].headers["traceparent"] == traceparent(span)
    assert local.received[0].headers["accept"] == "application/json"


def test_baggage_goes_along(call: Call, local: LocalServer) -> None:
    with attached(baggage.set_baggage("tenant", "acme")):
        call(lambda client: client.server.ok())
    assert local.received[0].headers["baggage"] == "tenant=acme"


def test_a_call_that_is_sampled_out_says_so(call: Call, local: LocalServer) -> None:
    off = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    call(lambda client: client.server.ok(), plugins=[OpenTelemetry(tracer_provider=off)])
    flags = local.received[0].headers["traceparent"].rpartition("-")[2]
    assert int(flags, 16) & TraceFlags.SAMPLED == 0


def test_without_a_provider_nothing_is_sent_and_the_request_is_left_as_it_is(
    call: Call, local: LocalServer
) -> None:
    assert sent_by(OpenTelemetryMiddleware()) is REQUEST
    call(lambda client: client.server.ok(), plugins=[])
    assert local.received[0].headers.keys() & TRACE == set()


def test_without_a_provider_the_caller_s_own_context_goes_on(
    call: Call, local: LocalServer
) -> None:
    with attached(trace.set_span_in_context(NonRecordingSpan(REMOTE))):
        call(lambda client: client.server.ok(), plugins=[])
    expected = f"00-{0xABC:032x}-{0xDEF:016x}-01"
    assert local.received[0].headers["traceparent"] == expected


@pytest.mark.parametrize(
    "key",
    [_SUPPRESS_INSTRUMENTATION_KEY, _SUPPRESS_HTTP_INSTRUMENTATION_KEY],
    ids=["all", "http"],  # the keys are random
)
def test_a_caller_may_suppress_the_instrumentation(
    key: str, call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    with attached(context.set_value(key, True)):
        call(lambda client: client.server.ok())
    assert exporter.get_finished_spans() == ()
    assert local.received[0].headers.keys() & TRACE == set()


def test_the_process_s_propagator_is_used_and_its_names_are_sent_in_lower_case(
    monkeypatch: pytest.MonkeyPatch, provider: TracerProvider
) -> None:
    monkeypatch.setattr(propagate, "_HTTP_TEXT_FORMAT", Loud())
    request = sent_by(OpenTelemetryMiddleware(tracer_provider=provider))
    assert request.headers == {"accept": "*/*", "x-loud-trace": "on"}


class Loud(TextMapPropagator):
    """A propagator that writes a header of its own, in capitals."""

    def extract(
        self, carrier: Any, context: Context | None = None, getter: Getter[Any] | None = None
    ) -> Context:
        return context or Context()

    def inject(
        self, carrier: Any, context: Context | None = None, setter: Setter[Any] | None = None
    ) -> None:
        assert setter is not None
        setter.set(carrier, "X-Loud-Trace", "on")

    @property
    def fields(self) -> set[str]:
        return {"X-Loud-Trace"}


def test_headers_of_the_caller_stay(provider: TracerProvider) -> None:
    headers: Mapping[str, str] = sent_by(OpenTelemetryMiddleware(tracer_provider=provider)).headers
    assert headers["accept"] == "*/*"
    assert headers.keys() == {"accept", "traceparent"}
