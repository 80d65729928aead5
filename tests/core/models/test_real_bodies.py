import json
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from tests.core.models.bodies import EXCHANGES, ROUTES, Exchange, body_of
from tests.strictness import strict_validate

from graphwire_core.models import ErrorPayload, Interrupt, Run, Thread, ThreadState


def sent(value: Any) -> Any:
    """Turn a value back into what was sent, so that nothing can have been lost or changed."""
    if isinstance(value, BaseModel):
        value = {
            key: value.__dict__[key] for key in vars(value) if key in value.model_fields_set
        } | (value.model_extra or {})
    if isinstance(value, dict):
        return {key: sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [sent(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def aware(body: Any) -> Any:
    """Give the one time that the server echoes without offset, the end of a cron, its offset."""
    if isinstance(body, list):
        return [aware(row) for row in body]
    if isinstance(body, dict) and "cron_id" in body and body.get("end_time"):
        return {**body, "end_time": f"{body['end_time']}+00:00"}
    return body


@pytest.mark.parametrize("exchange", EXCHANGES, ids=repr)
def test_a_real_body_validates_as_the_model_of_its_call(exchange: Exchange) -> None:
    value = TypeAdapter(exchange.type).validate_python(exchange.body)

    assert sent(value) == aware(exchange.body)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=repr)
def test_a_real_body_has_no_unknown_field_and_needs_no_coercion(exchange: Exchange) -> None:
    assert sent(strict_validate(exchange.type, exchange.body)) == aware(exchange.body)


def test_every_route_has_a_real_body() -> None:
    used = {json.dumps([exchange.method, repr(exchange.route)]) for exchange in EXCHANGES}

    assert used == {json.dumps([method, repr(kind)]) for method, _, kind in ROUTES}


def test_a_fresh_thread_has_no_state_and_no_interrupts() -> None:
    thread = Thread.model_validate(body_of("threads.create"))

    assert thread.values is None
    assert thread.interrupts == {}
    assert thread.error is None
    assert "interrupts" not in thread


def test_an_interrupted_thread_tells_its_interrupts_by_task() -> None:
    thread = Thread.model_validate(body_of("threads.get interrupted"))

    questions = [question for task in thread.interrupts.values() for question in task]
    assert thread.status == "interrupted"
    assert len(questions) == 2
    assert all(isinstance(question, Interrupt) and question.id for question in questions)


def test_a_failed_thread_tells_its_error() -> None:
    thread = Thread.model_validate(body_of("threads.get failing"))

    assert thread.error == ErrorPayload(error="ValueError", message="kaboom")


def test_the_state_of_a_subgraph_is_nested_in_its_task() -> None:
    state = ThreadState.model_validate(body_of("threads.get_state subgraphs"))

    inner = state.tasks[0].state
    assert isinstance(inner, ThreadState)
    assert inner.next == ["inner"]
    assert inner.checkpoint is not None
    assert inner.checkpoint.checkpoint_map


def test_times_of_every_model_have_a_timezone() -> None:
    run = Run.model_validate(body_of("runs.get done"))

    assert run.created_at.utcoffset() is not None
