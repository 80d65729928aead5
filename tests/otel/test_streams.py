"""The span of a stream lasts as long as its body; each connection has a span of its own."""

from __future__ import annotations

import asyncio

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from tests.otel.conftest import Call, traceparent
from tests.otel.local_server import END, EVENTS, STREAM, LocalServer, Reply

from graphwire import AsyncClient, Client
from graphwire_core.errors import StreamInterrupted
from graphwire_core.plugins import Attempt
from graphwire_core.transports import Request, Timeout
from graphwire_otel import OpenTelemetry, OpenTelemetryMiddleware

HELD = Reply(EVENTS, headers=STREAM, held=True)


def test_the_span_of_a_stream_is_named_sized_and_marked(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    local.answers(Reply(EVENTS, headers=STREAM))
    parts = call(lambda client: client.runs.stream(None, "agent", input={}))
    assert [part.data for part in parts] == [{"step": 1}, {"step": 2}]
    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    assert span.name == "POST /runs/stream"
    assert attributes["graphwire.stream"] is True
    assert attributes["http.response.body.size"] == len(EVENTS)
    assert span.status.status_code is StatusCode.UNSET


def test_a_sync_stream_that_is_left_early_ends_its_span_there(
    local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    local.answers(HELD)
    plugin = OpenTelemetry(tracer_provider=provider)
    with Client(local.url, api_key=None, plugins=[plugin]) as client:
        with client.runs.stream(None, "agent", input={}) as stream:
            assert next(iter(stream)).data == {"step": 1}
            assert exporter.get_finished_spans() == ()
        (span,) = exporter.get_finished_spans()
        assert (span.attributes or {})["http.response.body.size"] == len(EVENTS)
        assert span.status.status_code is StatusCode.UNSET


async def test_an_async_stream_that_is_left_early_ends_its_span_there(
    local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    local.answers(HELD)
    plugin = OpenTelemetry(tracer_provider=provider)
    async with AsyncClient(local.url, api_key=None, plugins=[plugin]) as client:
        async with client.runs.stream(None, "agent", input={}) as stream:
            assert (await anext(stream)).data == {"step": 1}
            assert exporter.get_finished_spans() == ()
        (span,) = exporter.get_finished_spans()
        assert (span.attributes or {})["http.response.body.size"] == len(EVENTS)
        assert span.status.status_code is StatusCode.UNSET


async def test_a_reader_that_is_cancelled_ends_the_span_of_its_stream(
    local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    local.answers(HELD)
    plugin = OpenTelemetry(tracer_provider=provider)
    begun = asyncio.Event()

    async def read(client: AsyncClient) -> None:
        async for _ in client.runs.stream(None, "agent", input={}):
            begun.set()

    async with AsyncClient(local.url, api_key=None, plugins=[plugin]) as client:
        task = asyncio.create_task(read(client))
        await begun.wait()
        assert exporter.get_finished_spans() == ()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    (span,) = exporter.get_finished_spans()
    attributes = span.attributes or {}
    assert attributes["http.response.status_code"] == 200
    assert attributes["http.response.body.size"] == len(EVENTS)


async def test_a_stream_read_and_closed_by_another_task_leaves_each_its_current_span(
    local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    local.answers(HELD)
    tracer = provider.get_tracer("test")
    plugin = OpenTelemetry(tracer_provider=provider)
    async with AsyncClient(local.url, api_key=None, plugins=[plugin]) as client:
        stream = client.runs.stream(None, "agent", input={})

        async def close() -> None:
            with tracer.start_as_current_span("closer") as closer:
                await anext(stream)
                await stream.aclose()
                assert trace.get_current_span() is closer

        with tracer.start_as_current_span("opener") as opener:
            await stream.__aenter__()
            assert trace.get_current_span() is opener
            await asyncio.create_task(close())
            assert trace.get_current_span() is opener
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert spans["POST /runs/stream"].parent == opener.get_span_context()


def test_a_stream_that_is_cut_is_an_error_and_joining_its_run_is_a_span_of_its_own(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    local.answers(Reply(EVENTS, headers=STREAM, cut=True), Reply(EVENTS + END, headers=STREAM))
    with pytest.raises(StreamInterrupted) as caught:
        call(lambda client: client.runs.stream(None, "agent", input={}))
    cursor = caught.value.cursor
    call(lambda client: client.runs.join_stream("t1", "r1", last_event_id=cursor))
    first, second = exporter.get_finished_spans()
    told = [dict(span.attributes or {}) for span in (first, second)]
    assert first.name == "POST /runs/stream"
    assert second.name == "GET /threads/{thread_id}/runs/{run_id}/stream"
    assert told[0]["error.type"] == "graphwire_core.errors.TransportError"
    assert told[0]["http.response.status_code"] == 200
    assert first.status.status_code is StatusCode.ERROR
    assert "error.type" not in told[1]
    assert "http.request.resend_count" not in told[1]
    sent = [one.headers["traceparent"] for one in local.received]
    assert sent == [traceparent(first), traceparent(second)]


def test_a_wait_that_is_cut_is_taken_up_again_in_a_span_of_its_own(
    call: Call, local: LocalServer, exporter: InMemorySpanExporter
) -> None:
    named = {"content-location": "/threads/t1/runs/r1"}
    local.answers(Reply(b" ", headers=named, cut=True), Reply(b'{"answer": 42}'))
    outcome = call(lambda client: client.runs.wait("t1", "agent", input={}))
    assert outcome == {"answer": 42}
    first, second = exporter.get_finished_spans()
    assert first.name == "POST /threads/{thread_id}/runs/wait"
    assert second.name == "GET /threads/{thread_id}/runs/{run_id}/join"
    assert (first.attributes or {})["error.type"] == "graphwire_core.errors.TransportError"
    assert "http.request.resend_count" not in (second.attributes or {})
    sent = [one.headers["traceparent"] for one in local.received]
    assert sent == [traceparent(first), traceparent(second)]


def test_a_body_that_nobody_closes_ends_its_span_when_it_is_collected(
    exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    request = Request("GET", "http://server.test/threads", {}, b"", Timeout())
    flow = OpenTelemetryMiddleware(tracer_provider=provider).attempt(
        Attempt(request, "/threads", 1, stream=True)
    )
    next(flow)
    assert exporter.get_finished_spans() == ()
    del flow
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.UNSET
