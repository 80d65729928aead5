"""One span for each attempt at a call."""

from __future__ import annotations

import asyncio
import socket

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from tests.otel.conftest import Call, traceparent
from tests.otel.local_server import SECONDS, LocalServer, Reply

from graphwire import AsyncClient, Retry
from graphwire_core.errors import ConnectionFailed, NotFoundError, TransportError
from graphwire_otel import OpenTelemetry

THREAD = "0195b2c4-0000-7000-8000-000000000000"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_call_is_a_client_span_named_by_its_route(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    local.answers(Reply(b'{"values": {}}', headers={"x-request-id": "req-1"}))
    call(lambda client: client.request("GET", f"/threads/{THREAD}/state"))
    (span,) = exporter.get_finished_spans()
    port = int(local.url.rpartition(":")[2])
    assert span.name == "GET /threads/{thread_id}/state"
    assert span.kind is SpanKind.CLIENT
    assert span.status.status_code is StatusCode.UNSET
    assert span.parent is None
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "url.full": f"{local.url}/threads/{THREAD}/state",
        "url.template": "/threads/{thread_id}/state",
        "server.address": "127.0.0.1",
        "server.port": port,
        "graphwire.stream": False,
        "http.response.status_code": 200,
        "http.response.body.size": 14,
        "graphwire.request_id": "req-1",
    }
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "graphwire_otel"


def test_the_size_of_a_request_s_body_is_told(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    call(lambda client: client.request("POST", "/threads/search", json={"limit": 5}))
    (span,) = exporter.get_finished_spans()
    assert (span.attributes or {})["http.request.body.size"] == len(b'{"limit":5}')


def test_an_error_status_is_an_error_of_the_span_without_a_description(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    local.answers(Reply(b'{"detail": "no such thread"}', status=404))
    with pytest.raises(NotFoundError):
        call(lambda client: client.threads.get(THREAD))
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    attributes = span.attributes or {}
    assert attributes["http.response.status_code"] == 404
    assert attributes["error.type"] == "404"
    assert attributes["http.response.body.size"] == 28


def test_a_connection_that_fails_is_an_error_without_a_status_code(
    call: Call, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(ConnectionFailed):
        call(lambda client: client.server.ok(), url=f"http://127.0.0.1:{free_port()}")
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET /ok"
    assert span.status.status_code is StatusCode.ERROR
    assert (span.status.description or "").startswith("Could not connect to http://127.0.0.1:")
    attributes = span.attributes or {}
    assert attributes["error.type"] == "graphwire_core.errors.ConnectionFailed"
    assert "http.response.status_code" not in attributes
    assert "http.response.body.size" not in attributes


def test_a_body_that_is_cut_is_an_error_whatever_the_status(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    local.answers(Reply(b'{"ok": ', cut=True))
    with pytest.raises(TransportError):
        call(lambda client: client.server.ok())
    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    assert span.status.status_code is StatusCode.ERROR
    assert attributes["http.response.status_code"] == 200
    assert attributes["error.type"] == "graphwire_core.errors.TransportError"
    assert attributes["http.response.body.size"] == 7


def test_each_retry_is_a_span_that_counts_the_ones_before(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    local.answers(Reply(status=503), Reply(status=502), Reply(b'{"ok": true}'))
    with provider.get_tracer("test").start_as_current_span("caller") as caller:
        call(lambda client: client.server.ok(), retry=Retry(base_delay=0.001))
    spans = [span for span in exporter.get_finished_spans() if span.name == "GET /ok"]
    told = [dict(span.attributes or {}) for span in spans]
    assert [one.get("http.request.resend_count") for one in told] == [None, 1, 2]
    assert [one.get("error.type") for one in told] == ["503", "502", None]
    assert [span.parent for span in spans] == [caller.get_span_context()] * 3
    sent = [one.headers["traceparent"] for one in local.received]
    assert sent == [traceparent(span) for span in spans]
    assert len(set(sent)) == 3


def test_the_parent_is_the_caller_s_span_and_stays_current(
    call: Call, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    with provider.get_tracer("test").start_as_current_span("caller") as caller:
        call(lambda client: client.server.ok())
        assert trace.get_current_span() is caller
    child = exporter.get_finished_spans()[0]
    assert child.parent == caller.get_span_context()


@pytest.mark.parametrize("path", ["/my/users/17", "/healthz"])
def test_a_path_that_is_not_the_server_s_own_gives_no_template(
    path: str, call: Call, exporter: InMemorySpanExporter
) -> None:
    call(lambda client: client.request("GET", path))
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET"
    assert "url.template" not in (span.attributes or {})
    assert str((span.attributes or {})["url.full"]).endswith(path)


def test_a_method_that_nobody_knows_is_one_of_the_others(
    call: Call, exporter: InMemorySpanExporter
) -> None:
    call(lambda client: client.request("PROPFIND", "/my/files"))
    (span,) = exporter.get_finished_spans()
    assert span.name == "HTTP"
    attributes = span.attributes or {}
    assert attributes["http.request.method"] == "_OTHER"
    assert attributes["http.request.method_original"] == "PROPFIND"


async def test_a_call_that_is_cancelled_ends_its_span_as_an_error(
    local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    local.answers(Reply(late=True))
    plugin = OpenTelemetry(tracer_provider=provider)
    async with AsyncClient(local.url, api_key=None, plugins=[plugin]) as client:
        task = asyncio.create_task(client.server.ok())
        assert await asyncio.to_thread(local.reached.wait, SECONDS)
        assert exporter.get_finished_spans() == ()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    assert attributes["error.type"] == "asyncio.exceptions.CancelledError"
    assert "http.response.status_code" not in attributes
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None


async def test_calls_at_once_have_each_their_own_caller_as_parent(
    exporter: InMemorySpanExporter, provider: TracerProvider, local: LocalServer
) -> None:
    tracer = provider.get_tracer("test")
    plugin = OpenTelemetry(tracer_provider=provider)

    async def one(client: AsyncClient, number: int) -> tuple[int, int]:
        with tracer.start_as_current_span(f"caller {number}") as caller:
            await client.server.ok()
            assert trace.get_current_span() is caller
            context = caller.get_span_context()
            return context.trace_id, context.span_id

    async with AsyncClient(local.url, api_key=None, plugins=[plugin]) as client:
        callers = await asyncio.gather(*(one(client, number) for number in range(20)))
    spans = [span for span in exporter.get_finished_spans() if span.name == "GET /ok"]
    assert len(set(callers)) == 20
    assert {(span.parent.trace_id, span.parent.span_id) for span in spans if span.parent} == set(
        callers
    )
