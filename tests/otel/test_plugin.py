"""How a client comes by the middleware."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.otel.local_server import LocalServer

from graphwire import Client
from graphwire_otel import OpenTelemetry

LATE = """
import sys
from graphwire import Client
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
with Client(sys.argv[1], api_key=None) as client:
    client.server.ok()
    trace.set_tracer_provider(provider)
    client.server.ok()
print(*(span.name for span in exporter.get_finished_spans()))
"""


def test_an_installed_plugin_is_found_and_says_where_it_came_from() -> None:
    with Client("http://server.test", api_key=None) as client:
        (found,) = [plugin for plugin in client.plugins if plugin.name == "otel"]
    assert (found.origin, found.distribution) == ("discovered", "graphwire-otel")
    assert found.hooks == ("graphwire_register_middleware",)


def test_the_environment_may_block_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_PLUGINS_BLOCK", "otel")
    with Client("http://server.test", api_key=None) as client:
        assert [plugin.name for plugin in client.plugins if plugin.name == "otel"] == []


def test_a_provider_that_the_process_sets_late_is_used(local: LocalServer) -> None:
    command = [sys.executable, "-c", LATE, local.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split("\n")[0] == "GET /ok", done.stderr
    assert ["traceparent" in one.headers for one in local.received] == [False, True]


def test_one_that_is_passed_in_takes_the_place_of_the_installed_one(
    local: LocalServer, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    plugin = OpenTelemetry(tracer_provider=provider)
    with Client(local.url, api_key=None, plugins=[plugin]) as client:
        client.server.ok()
        client.with_options(headers={"x-purpose": "test"}).server.ok()
    assert len(exporter.get_finished_spans()) == 2
