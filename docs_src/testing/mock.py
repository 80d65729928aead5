"""Test calling code without a server: routes answer, calls are recorded."""

import pytest

from graphwire import Client
from graphwire_core.errors import ConflictError
from graphwire_core.models import Thread
from graphwire_core.testing import Event, MockTransport, Reply, make, make_error


def test_what_is_sent_and_what_comes_back() -> None:
    mock = MockTransport()
    created = mock.on("POST", "/threads", make(Thread, thread_id="t1"))
    mock.on("GET", "/threads/{thread_id}", make(Thread, status="busy"), make(Thread, status="idle"))
    mock.on("DELETE", "/threads/{thread_id}", make_error(ConflictError, "it is busy"))
    mock.on("POST", "/runs/stream", Reply.events(Event("values", {"n": 1}), Event("end")))

    with Client("http://mock", transport=mock, retry=None) as client:
        assert client.threads.create(metadata={"owner": "ada"}).thread_id == "t1"
        assert [client.threads.get("t1").status for _ in range(2)] == ["busy", "idle"]
        with pytest.raises(ConflictError, match="it is busy"):
            client.threads.delete("t1")
        assert [part.event for part in client.runs.stream(None, "agent")] == ["values", "end"]

    assert created.calls[0].json == {"metadata": {"owner": "ada"}}
    assert [call.params for call in mock.calls if call.method == "DELETE"] == [{"thread_id": "t1"}]
