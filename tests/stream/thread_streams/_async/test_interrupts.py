"""Questions: what a graph asks, where, and how its answers go on."""

from __future__ import annotations

import pytest
from tests.stream.thread_streams._async.opening import HELLO, AsyncOpening, all_of

from graphwire import AsyncClient
from graphwire.errors import NotFoundError, StreamError


async def test_a_question_ends_the_projections_and_its_answer_goes_on(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    async with opened(assistant_id="interrupting") as thread:
        await thread.run.start(input={"topic": "tea"})
        asked = await all_of(thread.values)
        stopped = await thread.output
        [question] = thread.interrupts
        assert thread.interrupted
        assert "interrupted" in repr(thread)

        await thread.run.respond(
            {"fine": True},
            update={"topic": "coffee"},
            config={"configurable": {"tenant": "acme"}},
            metadata={"answered": "yes"},
        )
        answered = await all_of(thread.values)
        values = await thread.output
        [run, _] = await client.runs.list(thread.thread_id)

    assert asked[-1] == stopped == {"topic": "tea"}
    assert question.value == {"question": "Go on?", "topic": "tea"}
    assert question.namespace == ()
    assert answered[-1] == values == {"topic": "coffee", "answer": {"fine": True}}
    assert (thread.interrupted, thread.interrupts) == (False, [])
    assert run.metadata["answered"] == "yes"
    assert run.kwargs is not None
    assert run.kwargs["config"]["configurable"]["tenant"] == "acme"


async def test_two_questions_are_answered_one_by_one(opened: AsyncOpening) -> None:
    async with opened(assistant_id="parallel_interrupts") as thread:
        await thread.run.start(input={})
        assert await thread.output == {"answers": []}
        by_value = {one.value: one.interrupt_id for one in thread.interrupts}
        assert by_value.keys() == {"A?", "B?"}
        with pytest.raises(StreamError, match=r"has 2 open interrupts \(.*respond_all"):
            await thread.run.respond("whom?")
        with pytest.raises(StreamError, match="no open interrupt 'other'; open are: "):
            await thread.run.respond("whom?", interrupt_id="other")

        await thread.run.respond("yes", interrupt_id=by_value["B?"])
        assert await thread.output == {"answers": ["b: yes"]}
        assert [one.value for one in thread.interrupts] == ["A?"]
        await thread.run.respond("no")
        values = await thread.output

    assert sorted(values["answers"]) == ["a: no", "b: yes"]


async def test_all_questions_are_answered_at_once(opened: AsyncOpening) -> None:
    async with opened(assistant_id="parallel_interrupts") as thread:
        await thread.run.start(input={})
        assert await thread.output == {"answers": []}
        [first, second] = thread.interrupts
        with pytest.raises(StreamError, match="1 responses for 2 open interrupts"):
            await thread.run.respond_all(["yes"])
        with pytest.raises(StreamError, match="no open interrupt 'other'"):
            await thread.run.respond_all({"other": "yes"})

        answers = {first.interrupt_id: first.value.lower(), second.interrupt_id: "none"}
        await thread.run.respond_all(answers, metadata={"all": "answered"})
        values = await thread.output

    assert set(values["answers"]) == {
        f"{first.value[0].lower()}: {first.value.lower()}",
        f"{second.value[0].lower()}: none",
    }


async def test_answers_without_ids_are_in_the_order_of_the_questions(opened: AsyncOpening) -> None:
    async with opened(assistant_id="parallel_interrupts") as thread:
        await thread.run.start(input={})
        assert await thread.output == {"answers": []}
        await thread.run.respond_all([one.value for one in thread.interrupts])
        values = await thread.output

    assert sorted(values["answers"]) == ["a: A?", "b: B?"]


async def test_a_question_inside_a_subgraph_says_where_it_is(opened: AsyncOpening) -> None:
    async with opened(assistant_id="subgraph_interrupt") as thread:
        await thread.run.start(input={})
        [child] = await all_of(thread.subgraphs)
        [question] = thread.interrupts
        assert question.value == {"question": "Deep down?"}
        assert question.namespace == child.namespace
        assert (child.status, child.error) == ("interrupted", None)

        await thread.run.respond(7)
        [again] = await all_of(thread.subgraphs)
        values = await thread.output

    assert values == {"answer": 7, "done": True}
    assert (again.namespace, again.status) == (child.namespace, "completed")


async def test_what_goes_on_beside_a_question_is_read_to_its_end(opened: AsyncOpening) -> None:
    async with opened(assistant_id="meanwhile") as thread:
        await thread.run.start(input={**HELLO, "seconds": 1})
        said = [await message.text.get() async for message in thread.messages]
        assert [one.value for one in thread.interrupts] == ["Go on?"]

        await thread.run.respond("yes")
        values = await thread.output

    assert said == ["Work is done"]
    assert values["answer"] == "yes"
    assert [one["type"] for one in values["messages"]] == ["human", "ai"]


async def test_an_answer_can_go_on_elsewhere(opened: AsyncOpening) -> None:
    async with opened(assistant_id="full") as thread:
        await thread.run.start(input=HELLO)
        stopped = await thread.output
        await thread.run.respond("yes", goto="emit", update={"skip_interrupt": True})
        values = await thread.output

    assert stopped["items"].count("emit") == 1
    assert values["items"].count("emit") == 2


async def test_an_input_is_no_answer_unless_it_is_meant_to_be(opened: AsyncOpening) -> None:
    async with opened(assistant_id="interrupting") as thread:
        await thread.run.start(input={"topic": "tea"})
        assert await thread.output == {"topic": "tea"}
        with pytest.raises(StreamError, match=r"is interrupted: .* start\(\.\.\., resume=True\)"):
            await thread.run.start(input={"topic": "more"})
        with pytest.raises(StreamError, match="is interrupted"):
            await thread.run({"topic": "more"})

        assert await thread.run("meant", resume=True) == {"topic": "tea", "answer": "meant"}


async def test_an_input_is_no_answer_to_a_question_that_was_not_read(
    opened: AsyncOpening, client: AsyncClient
) -> None:
    async with opened(assistant_id="interrupting") as thread:
        run = await thread.run.start(input={"topic": "tea"})
        await client.runs.join(thread.thread_id, run.run_id)
        with pytest.raises(StreamError, match="is interrupted"):
            await thread.run.start(input={"topic": "more"})
        await thread.run.respond("read now")
        assert (await thread.output)["answer"] == "read now"


async def test_an_answer_needs_a_question(opened: AsyncOpening) -> None:
    async with opened(assistant_id="counter") as thread:
        with pytest.raises(StreamError, match="no open interrupt to respond to"):
            await thread.run.respond("to nobody")
        await thread.run({"amount": 1})
        with pytest.raises(StreamError, match="no open interrupt to respond to"):
            await thread.run.respond_all({"other": "to nobody"})


async def test_a_question_that_somebody_else_has_answered_is_refused_by_the_server(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="interrupting") as thread:
        await thread.run.start(input={"topic": "tea"})
        assert await thread.output == {"topic": "tea"}
        async with opened(thread.thread_id, assistant_id="interrupting") as other:
            await other.run.respond("first")
            assert (await other.output)["answer"] == "first"

        with pytest.raises(NotFoundError, match="already-consumed interrupt"):
            await thread.run.respond("second")
        assert (await thread.output)["topic"] == "tea"
