from typing import Any

import pytest
from tests.core.models.bodies import body_of

from graphwire_core.models import Cron, Run, Thread


@pytest.mark.parametrize(
    ("model", "call", "field"),
    [
        (Thread, "threads.create", "status"),
        (Run, "runs.get done", "status"),
        (Run, "runs.get done", "multitask_strategy"),
        (Cron, "crons.create", "on_run_completed"),
    ],
)
def test_a_response_may_use_a_new_word(model: Any, call: str, field: str) -> None:
    row = model.model_validate({**body_of(call), field: "hibernating"})

    assert getattr(row, field) == "hibernating"


@pytest.mark.parametrize("value", [5, None, ["idle"], True])
def test_a_word_is_text(value: Any) -> None:
    with pytest.raises(ValueError, match="status"):
        Thread.model_validate({**body_of("threads.create"), "status": value})
