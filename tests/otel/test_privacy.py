"""Spans and measurements hold no bodies, headers, query values or credentials."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.otel.conftest import Call
from tests.otel.local_server import EVENTS, STREAM, LocalServer, Reply

from graphwire_core.errors import AuthenticationError, GraphwireError, TransportError
from graphwire_core.plugins import Attempt, Outcome
from graphwire_core.transports import Request, Timeout
from graphwire_otel import OpenTelemetry, OpenTelemetryMiddleware

SECRET = "hush-9f3c"


def request_to(url: str) -> Request:
    return Request("GET", url, {"authorization": f"Bearer {SECRET}"}, b"", Timeout())


def ended(
    provider: TracerProvider,
    url: str = "http://server.test/ok",
    error: BaseException | None = None,
) -> None:
    """Let the middleware see one attempt."""
    middleware = OpenTelemetryMiddleware(tracer_provider=provider)
    flow = middleware.attempt(Attempt(request_to(url), "/ok", 1, stream=False))
    next(flow)
    with pytest.raises(StopIteration):
        flow.send(Outcome(None if error else 200, {}, error, 0.1, 0))


def test_nothing_of_a_call_s_contents_is_recorded(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    reader = InMemoryMetricReader()
    meters = MeterProvider([reader], shutdown_on_exit=False)
    plugin = OpenTelemetry(tracer_provider=provider, meter_provider=meters)
    answer = f'{{"detail": "{SECRET}", "ok": true}}'.encode()
    local.answers(
        Reply(answer, headers={"x-echo": SECRET, "set-cookie": SECRET}),
        Reply(answer, status=401, headers={"www-authenticate": SECRET}),
        Reply(EVENTS + f'event: custom\ndata: "{SECRET}"\n\n'.encode(), headers=STREAM),
    )
    options = {"api_key": SECRET, "headers": {"x-tenant": SECRET}, "plugins": [plugin]}
    call(
        lambda client: client.request("POST", "/runs/wait", json=SECRET, params={"q": SECRET}),
        **options,
    )
    with pytest.raises(AuthenticationError):
        call(lambda client: client.store.get_item([SECRET], key=SECRET), **options)
    call(lambda client: client.runs.stream(None, "agent", input={"q": SECRET}), **options)
    assert SECRET in local.received[0].target
    assert local.received[1].headers["x-api-key"] == SECRET
    spans = exporter.get_finished_spans()
    assert len(spans) == 3
    assert "".join(span.to_json() for span in spans).count(SECRET) == 0
    data = reader.get_metrics_data()
    assert data is not None
    assert SECRET not in data.to_json()
    assert str((spans[0].attributes or {})["url.full"]).endswith("/runs/wait?q=REDACTED")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ada:hush-9f3c@server.test/ok", "http://server.test/ok"),
        (
            "https://server.test:8443/ok?a=hush-9f3c&b=",
            "https://server.test:8443/ok?a=REDACTED&b=REDACTED",
        ),
        ("http://server.test/ok?hush-9f3c", "http://server.test/ok?REDACTED"),
        ("http://server.test/ok#hush-9f3c", "http://server.test/ok"),
        ("http://[::1]:2024/ok?a=1=hush-9f3c", "http://[::1]:2024/ok?a=REDACTED"),
    ],
)
def test_a_url_is_shown_without_credentials_and_query_values(
    url: str, shown: str, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    ended(provider, url)
    (span,) = exporter.get_finished_spans()
    assert (span.attributes or {})["url.full"] == shown
    assert SECRET not in span.to_json()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://server.test/ok", ("server.test", 80)),
        ("https://server.test/ok", ("server.test", 443)),
        ("http://[::1]:2024/ok", ("::1", 2024)),
    ],
)
def test_the_server_has_an_address_and_a_port(
    url: str,
    server: tuple[str, int],
    exporter: InMemorySpanExporter,
    provider: TracerProvider,
) -> None:
    ended(provider, url)
    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    assert (attributes["server.address"], attributes["server.port"]) == server


@pytest.mark.parametrize(
    ("error", "description"),
    [
        (TransportError("The connection failed"), "The connection failed"),
        (TransportError("x" * 9000), "x" * 300),
        (GraphwireError(f"the token endpoint said {SECRET}"), None),
        (ValueError(SECRET), None),
    ],
)
def test_only_messages_of_the_transport_are_shown(
    error: BaseException,
    description: str | None,
    exporter: InMemorySpanExporter,
    provider: TracerProvider,
) -> None:
    ended(provider, error=error)
    (span,) = exporter.get_finished_spans()
    assert span.status.description == description
    assert span.events == ()
    assert SECRET not in span.to_json()
    kind = str((span.attributes or {})["error.type"])
    assert kind == "ValueError" or kind.startswith("graphwire_core.errors.")
