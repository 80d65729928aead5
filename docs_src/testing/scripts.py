"""Test what happens when a stream drops, or a graph asks: a server that plays a script."""

from graphwire import get_sync_client
from graphwire_core.testing import Drop, Event, Interrupt, StreamServer


def test_a_dropped_stream_loses_nothing_and_a_question_is_answered() -> None:
    script = [
        Event("values", {"n": 1}),
        Drop(),
        Event("values", {"n": 2}),
        Interrupt("Go on?"),
        Event("values", {"n": 3}),
    ]
    with StreamServer(script) as server, get_sync_client(server.url) as client:
        thread = client.threads.create().thread_id

        stream = client.runs.stream(thread, "agent", input={}, stream_resumable=True)
        seen = [part.data for part in stream if part.event == "values"]
        assert seen[:2] == [{"n": 1}, {"n": 2}]
        assert seen[2]["__interrupt__"][0]["value"] == "Go on?"

        answered = client.runs.stream(thread, "agent", command={"resume": "yes"})
        assert [part.data for part in answered if part.event == "values"] == [{"n": 3}]
        assert server.calls[0].path == "/threads"
