"""Requests that open an event stream."""

from tests.core.recording import BASE
from tests.core.requests.row import Row
from tests.core.requests.run_bodies import CASES

from graphwire_stream import RunCursor

BODY = {"assistant_id": "asst"}
STREAM = {"accept": "text/event-stream", "cache-control": "no-store"}
RUN = "/threads/a%2Fb/runs/r%2F1/stream"
THREAD = "/threads/a%2Fb/stream"
CURSOR = RunCursor(server=BASE, thread_id="a/b", run_id="r/1", last_event_id="9", after="8")

ROWS = [
    *(
        Row(
            "runs.stream",
            ["a/b", "asst"],
            given,
            "POST /threads/a%2Fb/runs/stream",
            BODY | sent,
            STREAM,
        )
        for given, sent in CASES
    ),
    Row("runs.stream", [None, "asst"], {"version": "v2"}, "POST /runs/stream", BODY, STREAM),
    Row(
        "runs.stream",
        ["t", "asst"],
        {"on_disconnect": "cancel", "params": {"z": 1}, "headers": {"X": "1", "Accept": "x/y"}},
        "POST /threads/t/runs/stream?z=1",
        BODY | {"on_disconnect": "cancel"},
        {**STREAM, "accept": "x/y", "x": "1"},
    ),
    Row(
        "runs.stream",
        ["t", "asst"],
        {"checkpoint_during": True},
        "POST /threads/t/runs/stream",
        BODY | {"checkpoint_during": True},
        STREAM,
        deprecated=True,
    ),
    Row("runs.join_stream", ["a/b", "r/1"], {}, f"GET {RUN}", headers=STREAM),
    Row(
        "runs.join_stream",
        ["a/b", "r/1"],
        {"stream_mode": "values", "last_event_id": ""},
        f"GET {RUN}?stream_mode=values",
        headers=STREAM,
    ),
    # Of repeated keys the server reads only the last, so several modes are one JSON array.
    Row(
        "runs.join_stream",
        ["a/b", "r/1"],
        {
            "cancel_on_disconnect": True,
            "stream_mode": ["values", "debug"],
            "last_event_id": "9",
            "params": {"z": 1},
            "headers": {"q": "1"},
        },
        f"GET {RUN}?cancel_on_disconnect=true&stream_mode=%5B%22values%22%2C+%22debug%22%5D&z=1",
        headers={**STREAM, "last-event-id": "9", "q": "1"},
    ),
    Row("runs.resume", [CURSOR], {}, f"GET {RUN}", headers={**STREAM, "last-event-id": "8"}),
    Row(
        "runs.resume",
        [str(CURSOR.model_copy(update={"after": None, "stream_mode": ["values"]}))],
        {
            "version": "v2",
            "cancel_on_disconnect": False,
            "params": {"z": 1},
            "headers": {"q": "1"},
        },
        f"GET {RUN}?cancel_on_disconnect=false&stream_mode=%5B%22values%22%5D&z=1",
        headers={**STREAM, "last-event-id": "0", "q": "1"},
    ),
    # The server reads `stream_modes`, as one value with commas.
    Row("threads.join_stream", ["a/b"], {}, f"GET {THREAD}", headers=STREAM),
    Row(
        "threads.join_stream",
        ["a/b"],
        {"stream_mode": "lifecycle"},
        f"GET {THREAD}?stream_modes=lifecycle",
        headers=STREAM,
    ),
    Row(
        "threads.join_stream",
        ["a/b"],
        {
            "last_event_id": "5",
            "stream_mode": ["lifecycle", "run_modes"],
            "headers": {"Last-Event-ID": "6"},
            "params": {"z": 1},
        },
        f"GET {THREAD}?stream_modes=lifecycle%2Crun_modes&z=1",
        headers={**STREAM, "last-event-id": "6"},
    ),
]
