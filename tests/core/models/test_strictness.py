import pytest
from pydantic import ValidationError
from tests.core.models import known_extras
from tests.core.models.bodies import body_of
from tests.strictness import assert_strict, strict_validate

from graphwire_core.models import Interrupt, Thread, ThreadState, WorkerMetrics, partial_model


def test_an_unknown_field_fails_with_its_path() -> None:
    body = body_of("threads.get_state subgraphs")
    body["tasks"][0]["state"]["tasks"][0]["mood"] = "good"

    with pytest.raises(AssertionError, match=r"ThreadState\.tasks\[\]\.state\.tasks\[\]\.mood"):
        strict_validate(ThreadState, body)


def test_an_unknown_field_of_a_row_fails() -> None:
    with pytest.raises(AssertionError, match=r"list\[\]\.mood"):
        strict_validate(list[Thread], [{**body_of("threads.create"), "mood": 1}])


def test_an_unknown_field_of_a_selected_row_fails() -> None:
    with pytest.raises(AssertionError, match="mood"):
        strict_validate(partial_model(Thread), {"thread_id": "a", "mood": 1})


def test_a_known_extra_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(known_extras.KNOWN_EXTRAS, "Interrupt", frozenset({"mood"}))

    strict_validate(Interrupt, {"value": 1, "mood": 1})


def test_a_lax_coercion_fails() -> None:
    slots = {"max": "1", "active": 0, "available": 1}

    assert WorkerMetrics.model_validate(slots).max == 1
    with pytest.raises(ValidationError, match="max"):
        strict_validate(WorkerMetrics, slots)


def test_a_made_model_can_be_checked() -> None:
    assert_strict([Interrupt(value=1)])
    with pytest.raises(AssertionError, match="mood"):
        assert_strict([Interrupt.model_validate({"value": 1, "mood": 2})])
