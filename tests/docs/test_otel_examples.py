"""The example of docs/otel.md, in a process of its own: a provider can be set but once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from graphwire_core.testing import DevServer

ROOT = Path(__file__).resolve().parents[2]
RUN = "import sys; from docs_src.otel import tracing; tracing.main(sys.argv[1])"


def spans_in(printed: str) -> list[dict[str, Any]]:
    """Return the JSON objects among the lines of a text."""
    decoder, found, at = json.JSONDecoder(), [], printed.find("{")
    while at >= 0:
        span, end = decoder.raw_decode(printed, at)
        found.append(span)
        at = printed.find("{", end)
    return found


def test_the_job_and_its_requests_are_one_trace(server: DevServer) -> None:
    command = [sys.executable, "-c", RUN, server.url]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stderr
    assert "values\n" in done.stdout
    spans = {span["name"]: span for span in spans_in(done.stdout)}
    job = spans["answer a customer"]
    stream = spans["POST /threads/{thread_id}/runs/stream"]
    assert stream["attributes"]["graphwire.stream"] is True
    for request in (spans["POST /threads"], stream):
        assert request["context"]["trace_id"] == job["context"]["trace_id"]
        assert request["parent_id"] == job["context"]["span_id"]
