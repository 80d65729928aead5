"""The histogram of durations, with tracing and without."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from tests.otel.conftest import Call
from tests.otel.local_server import EVENTS, STREAM, LocalServer, Reply

from graphwire_core.errors import InternalServerError
from graphwire_otel import OpenTelemetry


@pytest.fixture
def reader() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def meters(reader: InMemoryMetricReader) -> MeterProvider:
    return MeterProvider([reader], shutdown_on_exit=False)


def points(reader: InMemoryMetricReader) -> list[HistogramDataPoint]:
    """Return the points of the one histogram there is."""
    data = reader.get_metrics_data()
    assert data is not None
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    assert (metric.name, metric.unit) == ("http.client.request.duration", "s")
    return [point for point in metric.data.data_points if isinstance(point, HistogramDataPoint)]


def told(point: HistogramDataPoint) -> Mapping[str, Any]:
    return {
        name: value for name, value in (point.attributes or {}).items() if name != "server.port"
    }


def test_calls_are_measured_in_seconds_without_any_tracing(
    call: Call, local: LocalServer, reader: InMemoryMetricReader, meters: MeterProvider
) -> None:
    local.answers(Reply(), Reply(), Reply(status=500))
    options = {"plugins": [OpenTelemetry(meter_provider=meters)]}
    call(lambda client: client.server.ok(), **options)
    call(lambda client: client.server.ok(), **options)
    with pytest.raises(InternalServerError):
        call(lambda client: client.request("POST", "/threads/search", json={}), **options)
    good, bad = sorted(points(reader), key=lambda point: -point.count)
    base = {"server.address": "127.0.0.1", "graphwire.stream": False}
    assert good.count == 2
    assert 0 < good.sum < 30
    assert good.explicit_bounds[:2] == (0.005, 0.01)
    assert told(good) == {
        **base,
        "http.request.method": "GET",
        "http.response.status_code": 200,
    }
    assert told(bad) == {
        **base,
        "http.request.method": "POST",
        "http.response.status_code": 500,
        "error.type": "500",
    }


def test_streams_are_told_apart_and_calls_that_are_sampled_out_count(
    call: Call, local: LocalServer, reader: InMemoryMetricReader, meters: MeterProvider
) -> None:
    local.answers(Reply(EVENTS, headers=STREAM))
    off = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False)
    plugin = OpenTelemetry(tracer_provider=off, meter_provider=meters)
    call(lambda client: client.runs.stream(None, "agent", input={}), plugins=[plugin])
    (point,) = points(reader)
    assert told(point)["graphwire.stream"] is True
    assert point.count == 1
