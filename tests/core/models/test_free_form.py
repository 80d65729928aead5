import time
from typing import Any

import pytest
from tests.core.models.bodies import body_of

from graphwire_core.models import Assistant, Cron, Item, Run, Thread, ThreadState

FREE_FORM: list[tuple[Any, str, str]] = [
    (Thread, "threads.get after", "values"),
    (Thread, "threads.get after", "metadata"),
    (ThreadState, "threads.get_state", "values"),
    (ThreadState, "threads.get_state", "metadata"),
    (Run, "runs.get done", "kwargs"),
    (Run, "runs.get done", "metadata"),
    (Cron, "crons.create", "payload"),
    (Assistant, "assistants.create", "context"),
    (Item, "store.get", "value"),
]


@pytest.mark.parametrize(("model", "call", "field"), FREE_FORM)
def test_free_form_data_is_neither_copied_nor_walked(model: Any, call: str, field: str) -> None:
    data = {"deep": {"deeper": object()}, 5: "keys of any type"}

    row = model.model_validate({**body_of(call), field: data})

    assert getattr(row, field) is data


def test_configurable_is_left_alone() -> None:
    data = {"k": object()}

    row = Assistant.model_validate(
        {**body_of("assistants.create"), "config": {"configurable": data}}
    )

    assert row.config.configurable is data


@pytest.mark.parametrize(
    ("model", "call", "field"), [row for row in FREE_FORM if row[2] != "values"]
)
def test_an_object_that_is_none_is_refused(model: Any, call: str, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        model.model_validate({**body_of(call), field: ["not", "an", "object"]})


def test_the_size_of_the_values_costs_nothing() -> None:
    small = body_of("threads.get after")
    large = {**small, "values": {f"k{n}": {"n": [n] * 10} for n in range(100_000)}}

    # A walk over them would take tens of milliseconds.
    assert best_of(large) < 3 * best_of(small) + 2e-3


def best_of(body: dict[str, Any]) -> float:
    times = []
    for _ in range(20):
        start = time.perf_counter()
        Thread.model_validate(body)
        times.append(time.perf_counter() - start)
    return min(times)
