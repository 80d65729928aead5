"""What a type checker knows of the models; mypy reads this file in `make types`."""

from typing import Any, TypedDict, assert_type

from tests.core.models.bodies import body_of

from graphwire_core.models import (
    Assistant,
    Checkpoint,
    Interrupt,
    Run,
    Thread,
    ThreadState,
    ThreadTask,
    partial_model,
)


class Counter(TypedDict):
    x: int


def test_fields_have_their_types() -> None:
    thread = Thread.model_validate(body_of("threads.get interrupted"))
    state = ThreadState.model_validate(body_of("threads.get_state"))
    assistant = Assistant.model_validate(body_of("assistants.get"))

    assert_type(thread.thread_id, str)
    assert_type(thread.interrupts, dict[str, list[Interrupt]])
    assert_type(thread.values, Any)
    assert_type(thread["status"], Any)
    assert_type(state.tasks, list[ThreadTask])
    assert_type(state.checkpoint, Checkpoint | None)
    assert_type(assistant.config.configurable, dict[str, Any] | None)
    assert thread.interrupts
    assert state.checkpoint


def test_a_state_can_say_what_its_values_are() -> None:
    def first(state: ThreadState[Counter]) -> int:
        return assert_type(state.values["x"], int)

    state: ThreadState[Counter] = ThreadState(values={"x": 1}, next=[])
    assert first(state) == 1


def test_a_partial_model_is_the_model_to_a_checker() -> None:
    row = assert_type(partial_model(Run), type[Run]).model_validate({"run_id": "r"})

    assert assert_type(row, Run).run_id == "r"
