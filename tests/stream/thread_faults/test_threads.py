"""One sync session in several threads: one of them reads for all, and none waits for another."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest
from tests.stream.thread_faults._sync.reading import Outcome, Visit, opened, read, started, whole
from tests.stream.thread_faults.stage import Stage, Wire, plays, waited
from tests.stream.thread_faults.story import OUTPUT, STATES, STORY, TEXT, WHOLE
from tests.stream.thread_faults.together import Together
from tests.transports.wire import PATIENCE

from graphwire_core.errors import RequestTimeout, StreamError
from graphwire_stream import ThreadStream
from graphwire_stream._session import Consumer
from graphwire_stream._session.item import Item


def test_every_thread_reads_all_of_it(kind: str) -> None:
    with Stage(plays()) as stage, Visit(stage, kind) as thread:
        started(thread)
        for read_of_it in Together(*[partial(whole, thread) for _ in range(4)]).results():
            assert read_of_it == WHOLE


def test_a_thread_reads_while_another_waits_in_vain(kind: str) -> None:
    """What one waits for comes last; what the other waits for comes first."""

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        waited(stage.go)
        wire.tell(STORY[9:])
        wire.hold()

    with Stage(act) as stage, Visit(stage, kind) as thread:
        assert [thread.tool_calls, thread.text()]
        started(thread)
        waiting = Together(partial(read, thread, "tool_calls"))
        opened(thread, 1)
        tokens = iter(thread.text())
        begun = time.monotonic()
        assert [next(tokens) for _ in range(3)] == TEXT[:3]
        assert time.monotonic() - begun < PATIENCE / 2
        stage.go.set()
        assert waiting.results() == [Outcome(WHOLE["tool_calls"])]
        assert [*tokens] == TEXT[3:]


def test_a_thread_waits_no_longer_than_asked_while_another_reads(kind: str) -> None:
    with Stage(plays(upto=9)) as stage, Visit(stage, kind) as thread:
        started(thread)
        waiting = Together(partial(read, thread, "text"))
        opened(thread, 1)
        for timeout in (0.05, 0.3):
            begun = time.monotonic()
            with pytest.raises(RequestTimeout):
                thread.result(timeout)
            assert timeout <= time.monotonic() - begun < PATIENCE / 2
        thread.close()
        [outcome] = waiting.results()
        assert type(outcome.error) is StreamError


def test_a_projection_that_needs_more_is_not_held_up_by_a_thread_that_waits(kind: str) -> None:
    """The thread that waits looks up from its connection, and replaces it."""
    with Stage(plays(upto=9), plays(known=9)) as stage, Visit(stage, kind) as thread:
        started(thread)
        states = iter(thread.values)
        assert next(states) == STATES[0]
        waiting = Together(lambda: [*states])
        begun = time.monotonic()
        assert read(thread, "tool_calls") == Outcome(WHOLE["tool_calls"])
        assert time.monotonic() - begun < PATIENCE / 2
        assert waiting.results() == [STATES[1:]]


def test_a_run_is_started_while_a_thread_waits_for_it(kind: str) -> None:
    with Stage(plays()) as stage, Visit(stage, kind) as thread:
        names = ("values", "text", "tool_calls")
        waiting = Together(*[partial(read, thread, name) for name in names])
        opened(thread, len(names))
        started(thread)
        assert waiting.results() == [Outcome(WHOLE[name]) for name in names]


def test_closing_in_another_thread_ends_every_wait_at_once(kind: str) -> None:
    def closes(thread: ThreadStream) -> float:
        opened(thread, 3)
        begun = time.monotonic()
        thread.close()
        return time.monotonic() - begun

    with Stage(plays(upto=9)) as stage, Visit(stage, kind) as thread:
        started(thread)
        waits = [partial(read, thread, name) for name in ("text", "tool_calls", "subgraphs")]
        *outcomes, took = Together(*waits, partial(closes, thread)).results()
        for outcome in outcomes:
            assert type(outcome.error) is StreamError
            assert "closed" in str(outcome.error)
        assert took < PATIENCE / 2
        assert stage.is_left()


def test_no_thread_is_left_behind(kind: str) -> None:
    before = set(threading.enumerate())
    with Stage(plays()) as stage:
        with Visit(stage, kind) as thread:
            started(thread)
            assert read(thread, "output") == Outcome([OUTPUT])
        assert set(threading.enumerate()) - before == set(stage.threads)


def test_what_another_thread_adds_after_the_last_look_is_not_lost(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last event, and the end, come between two looks of a reader."""
    take = Consumer.take
    late: list[Item] = []

    def taking(consumer: Consumer) -> Item | None:
        item = take(consumer)
        if item is not None and not late:
            late.append(item)
        elif item is None and late and not consumer.ended:
            consumer.push(late[0])
            consumer.end()
        return item

    with Stage(plays(upto=1)) as stage, Visit(stage, kind) as thread:
        started(thread)
        monkeypatch.setattr(Consumer, "take", taking)
        assert read(thread, "values") == Outcome([STATES[0], STATES[0]])
