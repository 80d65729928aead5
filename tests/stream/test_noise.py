"""Whatever a server sends, a stream gives parts and at most one error of this SDK."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stream.scripted import THREAD, Answer, Script, ScriptedTransport
from tests.stream.test_sse_properties import BODIES, EOLS, usual_block

from graphwire import Client
from graphwire_core.errors import GraphwireError, RunFailedError, StreamError
from graphwire_core.retry import Retry
from graphwire_stream._sse import ServerSentEvent, SSEDecoder
from graphwire_stream._sync import reception

GONE = Answer(b"{}", status_code=404, headers={"content-type": "application/json"})
NAMES = st.sampled_from(
    ["values", "values|a:1|b", "updates", "messages", "messages/partial", "metadata", "custom",
     "tasks", "debug", "checkpoints", "events", "error", "end", "feedback", "later", "|", ""]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
IDS = st.none() | st.integers(0, 9).map(lambda number: b"%d-0" % number)
EVENTS = st.builds(
    lambda eol, name, data, event_id: usual_block(
        eol, name.encode(), json.dumps(data).encode(), event_id
    ),
    EOLS,
    NAMES,
    JSON,
    IDS,
)
STREAMS = BODIES | st.lists(EVENTS, max_size=6).map(b"".join) | st.binary(max_size=200)


def sent(body: bytes) -> list[ServerSentEvent]:
    return SSEDecoder().feed(body)


@given(first=STREAMS, second=STREAMS, version=st.sampled_from(["v1", "v2"]), cut=st.booleans())
@settings(max_examples=300, deadline=None)
def test_noise_is_parts_and_at_most_one_error(
    first: bytes, second: bytes, version: str, *, cut: bool
) -> None:
    script = Script([Answer(first, cut=cut), Answer(second), *[GONE] * 9])
    with (
        pytest.MonkeyPatch.context() as patch,
        Client("http://server", transport=ScriptedTransport(script), retry=None) as client,
    ):
        patch.setattr(reception, "RESUME", Retry(reception.RESUME.attempts, 0, 0))
        run = client.runs.stream(THREAD, "agent", version=version, on_gap="raise")  # type: ignore[call-overload]
        parts = []
        error: GraphwireError | None = None
        try:
            for part in run:
                parts.append(part)  # noqa: PERF402  # those before an error count too
        except GraphwireError as caught:
            error = caught
        assert error is None or isinstance(error, StreamError | RunFailedError)
        assert list(run) == []
    assert script.open == 0
    events = sent(first)
    if error is None and not cut:
        assert len(parts) >= len(events)
    if version == "v1":
        names = [event.event for event in events][: len(parts)]
        assert [part.event for part in parts][: len(names)] == names
