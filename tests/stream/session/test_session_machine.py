"""The session against a model of the server, in any order of frames, drops, replays and reads."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)
from pydantic_core import to_json
from tests.stream.session.model import Entry, Model, Namespace, Told

from graphwire_stream._session import Consumer, Interest, Session, Track
from graphwire_stream.event_transports._frames import Frames

CHANNELS = ("values", "messages", "tools", "updates", "lifecycle")
NAMESPACES: tuple[Namespace, ...] = ((), ("a:1",), ("a:1", "b:2"), ("c:3",))

interests = st.builds(
    Interest,
    st.frozensets(st.sampled_from(CHANNELS), min_size=1),
    st.none() | st.lists(st.sampled_from([(), ("a",), ("a:1",), ("c:3",)]), min_size=1).map(tuple),
    st.none() | st.integers(0, 2),
)


class Reader:
    """A consumer, what it has read, and what it is about."""

    def __init__(self, track: Track, interest: Interest, consumer: Consumer) -> None:
        self.track = track
        self.interest = interest
        self.consumer = consumer
        self.read: list[Told] = []

    def take(self) -> bool:
        item = self.consumer.take()
        if item is None:
            return False
        self.read.append((item.method, item.namespace, item.data))
        return True


class SessionMachine(RuleBasedStateMachine):
    """Frames, drops, replays, subscriptions and reads, interleaved at random."""

    tracks: Bundle[Track] = Bundle("tracks")
    readers: Bundle[Reader] = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.session = Session("thread", max_lag=100_000)
        self.all: list[Reader] = []
        self.starting: tuple[Track, str] | None = None
        self.going: str | None = None
        self.runs = 0
        self.asked_for: frozenset[str] | None = None
        self.ended_subgraphs: set[tuple[str, Namespace]] = set()

    @initialize(history=st.integers(0, 2))
    def earlier_runs_of_the_thread(self, history: int) -> None:
        for number in range(history):
            run_id = f"earlier-{number}"
            self.write(run_id, "values", (), {"old": number})
            self.end(run_id, "completed")

    # The server

    def write(self, run_id: str, method: str, namespace: Namespace, data: Any, **how: Any) -> None:
        self.model.write(Entry(run_id, self.model.clock, method, namespace, data, **how))

    def end(self, run_id: str, status: str) -> None:
        self.write(run_id, "lifecycle", (), {"event": status, "graph_name": "g"})

    @precondition(lambda self: self.going is not None)
    @rule(
        method=st.sampled_from(["values", "messages", "tools", "updates"]),
        namespace=st.sampled_from(NAMESPACES),
        word=st.sampled_from(["ha", "ho"]),
        later=st.integers(0, 1),
    )
    def the_run_goes_on(self, method: str, namespace: Namespace, word: str, later: int) -> None:
        assert self.going is not None
        self.model.clock += later
        delta = {"type": "text-delta", "text": word}
        data: Any = {"event": "content-block-delta", "index": 0, "delta": delta}
        if method == "tools":
            data = {"event": "tool-output-delta", "tool_call_id": "t", "delta": word}
        elif method != "messages":
            data = {"word": word}
        self.write(self.going, method, namespace, data)

    @precondition(lambda self: self.going is not None)
    @rule(namespace=st.sampled_from(NAMESPACES[1:]))
    def a_subgraph_ends(self, namespace: Namespace) -> None:
        assert self.going is not None
        told = (self.going, namespace)
        if told not in self.ended_subgraphs:
            self.ended_subgraphs.add(told)
            data = {"event": "completed", "graph_name": "g"}
            self.write(self.going, "lifecycle", namespace, data)

    @precondition(lambda self: self.going is not None)
    @rule()
    def something_is_live_only(self) -> None:
        assert self.going is not None
        data = {"name": "progress", "payload": 1}
        self.write(self.going, "custom", (), data, live_only=True)

    @precondition(lambda self: self.going is not None and self.starting is None)
    @rule(status=st.sampled_from(["completed", "failed", "interrupted"]), trailing=st.booleans())
    def the_run_ends(self, *, status: str, trailing: bool) -> None:
        assert self.going is not None
        self.end(self.going, status)
        if trailing and status == "interrupted":
            self.write(self.going, "values", (), {"word": "trailing"})
        self.going = None

    # The client

    @precondition(lambda self: self.going is None and self.starting is None)
    @rule()
    def a_start_is_sent(self) -> None:
        self.runs += 1
        run_id = f"run-{self.runs}"
        self.starting = self.session.expect(), run_id
        self.going = run_id
        self.model.clock += 5
        self.write(run_id, "values", (), {"word": "first"})

    @precondition(lambda self: self.starting is not None)
    @rule(target=tracks)
    def the_start_is_answered(self) -> Track:
        assert self.starting is not None
        track, run_id = self.starting
        self.session.started(track, run_id)
        self.starting = None
        return track

    @precondition(lambda self: self.starting is not None)
    @rule(target=readers, interest=interests)
    def a_consumer_opens_before_the_start_is_answered(self, interest: Interest) -> Reader:
        assert self.starting is not None
        return self.opened(self.starting[0], interest)

    @rule(target=readers, track=tracks, interest=interests)
    def a_consumer_opens(self, track: Track, interest: Interest) -> Reader:
        return self.opened(track, interest)

    def opened(self, track: Track, interest: Interest) -> Reader:
        reader = Reader(track, interest, self.session.open(track, interest))
        self.all.append(reader)
        return reader

    @rule(reader=readers, count=st.integers(1, 20))
    def a_consumer_reads(self, reader: Reader, count: int) -> None:
        for _ in range(count):
            if reader.consumer.error is not None or not reader.take():
                break

    @rule(reader=consumes(readers))
    def a_consumer_leaves(self, reader: Reader) -> None:
        self.all.remove(reader)
        reader.consumer.close()

    # Between them

    def connect(self, *, websocket: bool) -> None:
        channels = self.asked_for or self.session.channels
        self.asked_for = None
        self.model.connect(channels, websocket=websocket)
        self.session.connected(channels)

    @rule()
    def the_driver_asks_for_a_connection(self) -> None:
        """More channels may be wanted when it is there than were asked for."""
        if self.asked_for is None and (self.model.connection is None or self.session.rotating):
            self.asked_for = self.session.channels
            self.model.connection = None

    @rule(websocket=st.booleans())
    def the_driver_connects(self, *, websocket: bool) -> None:
        if self.model.connection is None or self.session.rotating:
            self.connect(websocket=websocket)

    @precondition(lambda self: self.model.connection is not None)
    @rule(count=st.integers(1, 10), again=st.booleans(), encoded=st.booleans())
    def frames_arrive(self, *, count: int, again: bool, encoded: bool) -> None:
        connection = self.model.connection
        assert connection is not None
        frames = [connection.frames.popleft() for _ in range(min(count, len(connection.frames)))]
        arrived = Frames(frames, map(to_json, frames)) if encoded else frames
        if frames:
            self.session.feed(arrived)
        if again and frames:
            self.session.feed(arrived)

    @precondition(lambda self: self.model.connection is not None)
    @rule()
    def the_connection_is_cut(self) -> None:
        self.session.cut("reset")
        self.model.connection = None

    @invariant()
    def every_consumer_has_read_the_beginning_of_its_run(self) -> None:
        for reader in self.all:
            if reader.track.run_id is not None:
                expected = self.model.expected(reader.track.run_id, reader.interest)
                assert reader.read == expected[: len(reader.read)]

    def teardown(self) -> None:
        if self.starting is not None:
            self.session.started(*self.starting)
        if self.going is not None:
            self.end(self.going, "completed")
        for _ in range(4):
            if self.model.connection is None or self.session.rotating:
                self.connect(websocket=False)
            connection = self.model.connection
            assert connection is not None
            frames = list(connection.frames)
            connection.frames.clear()
            if frames:
                self.session.feed(frames)
            for _ in range(3):  # interrupted runs: over, as the server says, and settled
                doubted = self.session.doubted
                if self.session.quiet() == "ask" and doubted is not None:
                    self.session.answered(doubted, over=True)
        for reader in self.all:
            while reader.consumer.behind:
                reader.take()
            assert reader.track.run_id is not None
            assert reader.read == self.model.expected(reader.track.run_id, reader.interest)
            assert reader.consumer.ended
            assert reader.track.status == self.model.ending(reader.track.run_id)


SessionMachine.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSession = SessionMachine.TestCase
