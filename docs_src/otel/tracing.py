"""Trace a job: OpenTelemetry's SDK is set up once, the client needs nothing."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

from graphwire import get_sync_client


def main(url: str | None = None) -> None:
    """Ask the agent a question; print each span as JSON."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    trace.set_tracer_provider(provider)

    question = {"messages": [{"role": "human", "content": "what's the weather in la"}]}
    tracer = trace.get_tracer("shop")
    with get_sync_client(url) as client, tracer.start_as_current_span("answer a customer"):
        thread = client.threads.create()
        for part in client.runs.stream(thread.thread_id, "agent", input=question, version="v2"):
            print(part.type)
