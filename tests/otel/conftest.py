"""A local server, spans kept in memory, and a client of either colour over both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.otel.local_server import LocalServer, running

from graphwire import AsyncClient, Client
from graphwire_otel import OpenTelemetry

Use = Callable[[Any], Any]
"""What a test does with a client: async code returns an awaitable or a stream."""
Call = Callable[..., Any]
"""`call(use, url=..., **options)`: run `use` with a client, and close the client."""


@pytest.fixture
def local() -> Iterator[LocalServer]:
    with running() as server:
        yield server


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    """A provider of this test alone: that of the process can be set but once."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


@pytest.fixture(params=["async", "sync"])
def call(request: pytest.FixtureRequest, local: LocalServer, provider: TracerProvider) -> Call:
    run = use_async if request.param == "async" else use_sync

    def called(use: Use, *, url: str | None = None, **options: Any) -> Any:
        options.setdefault("plugins", [OpenTelemetry(tracer_provider=provider)])
        return run(url or local.url, use, {"api_key": None, "retry": None, **options})

    return called


def use_async(url: str, use: Use, options: dict[str, Any]) -> Any:
    async def main() -> Any:
        async with AsyncClient(url, **options) as client:
            used = use(client)
            if hasattr(used, "__anext__"):
                return [part async for part in used]
            return await used if isinstance(used, Awaitable) else used

    return asyncio.run(main())


def use_sync(url: str, use: Use, options: dict[str, Any]) -> Any:
    with Client(url, **options) as client:
        used = use(client)
        return list(used) if hasattr(used, "__next__") or hasattr(used, "cursor") else used


def traceparent(span: ReadableSpan) -> str:
    """Return the header that says that a span is the parent."""
    context = span.get_span_context()
    assert context is not None
    assert context.trace_flags.sampled
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
