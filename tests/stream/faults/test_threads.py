"""One sync stream in two threads: who waits for a part is told when the other closes the stream."""

from __future__ import annotations

import threading
import time

import pytest
from tests.stream.faults._sync.conftest import NAMES, client_of, no_delays
from tests.stream.faults.stage import THREAD, Hold, Stage, stream
from tests.stream.faults.test_cancellation import PLACES, Wait
from tests.stream.scripted import events
from tests.stream.thread_faults.together import Together
from tests.transports.wire import PATIENCE, Peer

__all__ = ["no_delays"]

pytestmark = pytest.mark.parametrize("transport", NAMES)


@pytest.mark.parametrize("place", PLACES)
def test_closing_in_another_thread_ends_the_wait_for(place: str, transport: str) -> None:
    """What has no connection yet ends with the answer to its request, whatever that is."""
    wait = Wait()
    acts, run = PLACES[place](wait)
    with Stage(*acts, run=run) as stage, client_of(stage, transport) as client:
        parts = client.runs.stream(THREAD, "agent", stream_resumable=True)
        reading = Together(lambda: [part.data for part in parts])
        assert wait.reached.wait(PATIENCE)
        time.sleep(0.05)  # so that it waits on the socket
        begun = time.monotonic()
        parts.close()
        if "answer" in place or "status" in place:
            stage.close_connections()
        [seen] = reading.results()
        assert time.monotonic() - begun < PATIENCE / 2
        assert wait.hold.is_closed()
        assert seen in ([], [1], [1, 2])
        assert [*parts] == []
    assert stage.connections <= 3


def test_what_connects_again_while_it_is_closed_is_closed(transport: str) -> None:
    answer, hold = threading.Event(), Hold()
    reached = threading.Event()

    def late(peer: Peer) -> None:
        reached.set()
        assert answer.wait(PATIENCE)
        stream(events(1, 2), end=hold)(peer)

    with (
        Stage(stream(events(1), end=Peer.reset), late) as stage,
        client_of(stage, transport) as client,
    ):
        parts = client.runs.stream(THREAD, "agent", stream_resumable=True)
        reading = Together(lambda: [part.data for part in parts])
        assert reached.wait(PATIENCE)
        parts.close()
        answer.set()
        assert reading.results() == [[1]]
        assert hold.is_closed()
    assert len(stage.streams) == 2
