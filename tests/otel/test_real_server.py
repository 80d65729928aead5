"""The plugin against the real server: what it is for, from begin to end."""

from __future__ import annotations

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.otel.conftest import Call

from graphwire_core.testing import DevServer


def test_a_run_is_a_trace_of_its_requests(
    call: Call, server: DevServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    question = {"messages": [{"role": "human", "content": "hello"}]}
    with provider.get_tracer("test").start_as_current_span("job") as job:
        thread = call(lambda client: client.threads.create(), url=server.url)
        parts = call(
            lambda client: client.runs.stream(
                thread.thread_id, "agent", input=question, version="v2"
            ),
            url=server.url,
        )
    assert parts[-1].type == "values"
    *spans, last = exporter.get_finished_spans()
    assert last.name == "job"
    assert [span.parent for span in spans] == [job.get_span_context()] * len(spans)
    sizes = {span.name: dict(span.attributes or {})["http.response.body.size"] for span in spans}
    for name in ("POST /threads", "POST /threads/{thread_id}/runs/stream"):
        size = sizes[name]
        assert isinstance(size, int)
        assert size > 0
