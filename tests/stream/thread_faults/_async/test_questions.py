"""Questions and their answers, whatever happens to connections and commands meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from tests.stream.thread_faults._async.reading import (
    LIMITS,
    AsyncVisit,
    Outcome,
    opened,
    reached,
    read,
    read_all,
    started,
)
from tests.stream.thread_faults.stage import Act, Stage, Wire, accepted, plays, refused, waited
from tests.stream.thread_faults.story import ANSWER, ANSWERED, OUTPUT, QUESTIONS, RUN, THREAD
from tests.stream.thread_faults.together import AsyncTogether
from tests.transports.wire import Peer

from graphwire import get_client
from graphwire_core.errors import GraphwireError, NotFoundError, StreamError, TransportError
from graphwire_stream import AsyncThreadStream

STATES = [{"number": 1}, {"number": 2}]
ANSWERS = {"i-1": "yes", "i-2": "no"}

pytestmark = pytest.mark.usefixtures("impatient")


def answers(stage: Stage, peer: Peer, command: dict[str, Any]) -> None:
    """Take a command; an answer makes the run that goes on."""
    if command["method"] == "input.respond":
        stage.latest = ANSWER
        stage.go.set()
    accepted(stage, peer, command)


def staged(*acts: Act) -> Stage:
    stage = Stage(*acts, command=answers)
    stage.statuses[RUN] = "success"
    return stage


def asks(*, upto: int | None = None, end: Act = Wire.hold) -> Act:
    """Make an act that asks, and goes on when it is answered, up to some event."""

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(QUESTIONS)
        waited(wire.stage.go)
        wire.tell(ANSWERED[:upto])
        end(wire)

    return act


async def asked(thread: AsyncThreadStream) -> None:
    """Start the run, and read it up to its questions."""
    await started(thread)
    assert await read(thread, "values") == Outcome([{"number": 0}])
    assert [(one.interrupt_id, one.value, one.namespace) for one in thread.interrupts] == [
        ("i-1", "here?", ()),
        ("i-2", "there?", ("child:1",)),
    ]


@pytest.mark.parametrize("at", range(len(QUESTIONS)))
async def test_questions_are_read_over_a_cut(kind: str, at: int) -> None:
    cut = plays(QUESTIONS, upto=at, end=Wire.vanish)
    with staged(cut, plays(QUESTIONS, known=at)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            assert thread.interrupted
            [child] = [one async for one in thread.subgraphs]
            assert (child.status, child.error) == ("interrupted", None)
            assert await read(thread, "output") == Outcome([OUTPUT])


async def test_answers_go_on_with_another_run(kind: str) -> None:
    with staged(asks(), plays([*QUESTIONS, *ANSWERED], known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            await thread.run.respond_all(ANSWERS)
            outcomes = await read_all(thread, ("values", "output", "subgraphs"))
            assert outcomes["values"] == Outcome(STATES)
            assert outcomes["output"] == Outcome([OUTPUT])
            assert outcomes["subgraphs"] == Outcome([])
            assert (thread.interrupted, thread.interrupts) == (False, [])
            assert f"run={ANSWER} completed" in repr(thread)


@pytest.mark.parametrize("upto", range(len(ANSWERED)))
async def test_a_cut_after_an_answer_loses_none(kind: str, upto: int) -> None:
    again = plays([*QUESTIONS, *ANSWERED], known=len(QUESTIONS) + upto)
    with staged(asks(upto=upto, end=Wire.vanish), again) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            await thread.run.respond_all(ANSWERS)
            assert await read(thread, "values") == Outcome(STATES)
            assert thread.interrupts == []


async def test_an_answer_whose_run_is_over_before_it_is_known(kind: str) -> None:
    """The run's events come before the server has told which run it is."""
    told = threading.Event()

    def act(wire: Wire) -> None:
        asks(end=lambda _: told.set())(wire)
        wire.hold()

    def command(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        if sent["method"] == "input.respond":
            stage.latest = ANSWER
            stage.go.set()
            waited(told)
        accepted(stage, peer, sent)

    with Stage(act, command=command) as stage:
        stage.statuses[RUN] = "success"
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            await thread.run.respond_all(ANSWERS)
            assert await read(thread, "values") == Outcome(STATES)


async def test_who_waits_for_the_next_run_reads_that_of_the_answer(kind: str) -> None:
    with staged(asks(), plays([*QUESTIONS, *ANSWERED], known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            answer = AsyncTogether(partial(thread.run.respond_all, ANSWERS))
            await answer.results()
            readers = AsyncTogether(*[partial(read, thread, "values") for _ in range(5)])
            assert await readers.results() == [Outcome(STATES)] * 5


async def test_another_client_joins_at_the_questions(kind: str) -> None:
    with staged(asks(), asks()) as stage:
        async with (
            AsyncVisit(stage, kind) as first,
            get_client(stage.url, timeout=LIMITS) as other,
            other.threads.stream(
                THREAD, assistant_id="agent", transport=kind, timeout=10
            ) as second,
        ):
            await asked(first)
            assert await read(second, "values") == Outcome([{"number": 0}])
            assert second.interrupts == first.interrupts
            await second.run.respond("yes", interrupt_id="i-2")
            assert await read(second, "values") == Outcome(STATES)
            assert f"run={RUN} interrupted" in repr(first)


Refusal = Callable[[Stage, Peer, dict[str, Any]], None]
REFUSALS: dict[str, tuple[Refusal, type[GraphwireError]]] = {
    "a question that is answered": (refused("no_such_interrupt", "gone"), NotFoundError),
    "an error without a status": (refused("not_supported", "never"), StreamError),
    "a reset": (lambda _, peer, __: peer.reset(), TransportError),
}


@pytest.mark.parametrize("answer", REFUSALS)
async def test_an_answer_that_is_refused_leaves_the_questions_open(kind: str, answer: str) -> None:
    refusal, error = REFUSALS[answer]
    with staged(asks(), plays([*QUESTIONS, *ANSWERED], known=9)) as stage:
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            stage.command = refusal
            with pytest.raises(error):
                await thread.run.respond_all(ANSWERS)
            with pytest.raises(error):
                await thread.run.respond("yes", interrupt_id="i-1")
            assert thread.interrupted
            assert [one.interrupt_id for one in thread.interrupts] == ["i-1", "i-2"]
            assert f"run={RUN} interrupted" in repr(thread)
            stage.command = answers
            await thread.run.respond_all(ANSWERS)
            assert await read(thread, "values") == Outcome(STATES)


async def test_closing_while_an_answer_is_on_its_way(kind: str) -> None:
    def slow(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        if sent["method"] == "input.respond":
            stage.reached.set()
            waited(stage.go)
        accepted(stage, peer, sent)

    with Stage(plays(QUESTIONS), command=slow) as stage:
        stage.statuses[RUN] = "success"
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            states = thread.values.__aiter__()
            assert await anext(states) == {"number": 0}
            answer = AsyncTogether(partial(thread.run.respond_all, ANSWERS))
            await closed_when_reached(stage, thread)
            await answer.results()
            with pytest.raises(StreamError, match="is closed"):
                await thread.run.respond("yes", interrupt_id="i-1")


async def closed_when_reached(stage: Stage, thread: AsyncThreadStream) -> None:
    await reached(stage)
    await thread.aclose()
    stage.go.set()


async def test_what_is_opened_while_an_answer_is_on_its_way_is_of_its_run(kind: str) -> None:
    told = threading.Event()

    def slow(stage: Stage, peer: Peer, sent: dict[str, Any]) -> None:
        if sent["method"] == "input.respond":
            stage.latest = ANSWER
            stage.reached.set()
            waited(told)
            stage.go.set()
        accepted(stage, peer, sent)

    with Stage(asks(), plays([*QUESTIONS, *ANSWERED], known=9), command=slow) as stage:
        stage.statuses[RUN] = "success"
        async with AsyncVisit(stage, kind) as thread:
            await asked(thread)
            answer = AsyncTogether(partial(thread.run.respond_all, ANSWERS))
            await reached(stage)
            reader = AsyncTogether(partial(read, thread, "values"))
            await opened(thread, 1)
            told.set()
            await answer.results()
            assert await reader.results() == [Outcome(STATES)]
