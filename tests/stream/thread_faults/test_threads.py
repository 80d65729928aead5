"""One sync session in several threads: one of them reads for all, and none waits for another."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from tests.stream.session.model import Entry
from tests.stream.thread_faults._sync.reading import Outcome, Visit, opened, read, started, whole
from tests.stream.thread_faults.stage import JSON, Stage, Wire, plays, waited
from tests.stream.thread_faults.story import (
    EARLIER,
    OUTPUT,
    RUN,
    STATES,
    STORY,
    TEXT,
    WHOLE,
    counting,
    entry,
)
from tests.stream.thread_faults.together import Together
from tests.transports.wire import PATIENCE, Peer, response

from graphwire_core.errors import RequestTimeout, StreamError
from graphwire_stream import ThreadStream
from graphwire_stream._session import Consumer
from graphwire_stream._session.item import Item
from graphwire_stream._sync.thread_stream.messages import MessageStream


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


@pytest.fixture
def restless() -> Iterator[None]:
    """Have threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def saying(messages: int, words: int) -> list[Entry]:
    """Return a run of so many messages, each of so many words."""
    told: list[Entry] = []
    for number in range(messages):

        def part(event: str, at: int = 1000 + number, **data: Any) -> Entry:
            return entry(at, "messages", {"event": event, **data})

        text = {"type": "text", "text": ""}
        told += [
            part("message-start", role="ai", id=f"m-{number}"),
            part("content-block-start", index=0, content=text),
        ]
        for word in range(words):
            delta = {"type": "text-delta", "text": f"{word} "}
            told.append(part("content-block-delta", index=0, delta=delta))
        whole = {"type": "text", "text": said(words)}
        told += [part("content-block-finish", index=0, content=whole), part("message-finish")]
    return [*told, *counting(1)]


def said(words: int) -> str:
    return "".join(f"{word} " for word in range(words))


@pytest.mark.usefixtures("restless")
def test_messages_that_are_handed_to_other_threads_are_whole(kind: str) -> None:
    """Whoever reads takes in events for all of them: one by one, and in order."""
    waits: list[Callable[[MessageStream], str]] = [
        lambda message: "".join(message.text),
        lambda message: message.text.get(),
        lambda message: message.complete().text,
    ]
    with Stage(plays(saying(12, 20))) as stage, Visit(stage, kind) as thread:
        started(thread)
        works = [
            Together(*[partial(wait, message) for wait in waits]) for message in thread.messages
        ]
        assert [work.results() for work in works] == [[said(20)] * len(waits)] * 12


@pytest.mark.usefixtures("restless")
def test_an_iterator_that_threads_share_gives_each_item_to_one_of_them(kind: str) -> None:
    with Stage(plays(counting(300))) as stage, Visit(stage, kind) as thread:
        started(thread)
        states = iter(thread.values)
        shares = Together(*[lambda: [state["number"] for state in states]] * 4).results()
    assert sorted(number for share in shares for number in share) == list(range(300))
    assert all(share == sorted(share) for share in shares)


@pytest.mark.usefixtures("restless")
def test_a_call_of_a_tool_is_read_by_several_threads(kind: str) -> None:
    call: dict[str, Any] = {"tool_call_id": "call-1"}
    wrote = [
        entry(1001, "tools", {"event": "tool-output-delta", "delta": number, **call})
        for number in range(100)
    ]
    started_call = {"event": "tool-started", "tool_name": "count", "input": {}, **call}
    done = {"event": "tool-finished", "output": "done", **call}
    story = [entry(1000, "tools", started_call), *wrote, entry(1002, "tools", done), *counting(1)]
    with Stage(plays(story)) as stage, Visit(stage, kind) as thread:
        started(thread)
        tool = next(iter(thread.tool_calls))
        deltas = [tool.deltas for _ in range(3)]
        reads: list[Callable[[], Any]] = [partial(list, one) for one in deltas]
        *shares, output = Together(*reads, lambda: tool.output).results()
    assert shares == [[*range(100)]] * 3
    assert output == "done"


def test_runs_that_two_threads_start_are_started_one_after_the_other(kind: str) -> None:
    """Each is known before the next is asked for: whose is whose is never in doubt."""
    names = [EARLIER, RUN]
    asked: list[str] = []

    def command(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        asked.append("begun")
        name = names.pop(0)
        asked.append("answered")
        body = {"type": "success", "id": sent["id"], "result": {"run_id": name}}
        peer.send(response(json.dumps(body).encode(), JSON))

    with Stage(plays(), command=command) as stage, Visit(stage, kind) as thread:
        start = partial(thread.run.start, input={"begin": True})
        runs = Together(start, start).results()
    assert {run.run_id for run in runs} == {EARLIER, RUN}
    assert asked == ["begun", "answered"] * 2


WAITS: dict[str, Callable[[ThreadStream], Any]] = {
    "an event": lambda thread: next(iter(thread.extensions["progress"])),
    "the output": lambda thread: thread.result(),
    "a message": lambda thread: next(iter(thread.messages)),
    "pairs": lambda thread: [*thread.interleave_projections(["progress"])],
}


@pytest.mark.parametrize("wait", WAITS)
def test_closing_in_another_thread_ends_the_wait_for(kind: str, wait: str) -> None:
    with Stage(plays(upto=1)) as stage, Visit(stage, kind) as thread:
        started(thread)
        waiting = Together(partial(failing, WAITS[wait], thread))
        opened(thread, 1)
        thread.close()
        [error] = waiting.results()
        assert type(error) is StreamError
        assert "closed" in str(error)
        assert stage.is_left()


def failing(wait: Callable[[ThreadStream], Any], thread: ThreadStream) -> BaseException | None:
    with pytest.raises(StreamError) as caught:
        wait(thread)
    return caught.value
