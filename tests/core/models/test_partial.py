import copy
import pickle
from typing import Any

import pytest
from pydantic import ValidationError
from tests.core.models.bodies import body_of
from tests.strictness import strict_validate

from graphwire_core.models import (
    Assistant,
    Cron,
    ResponseModel,
    Run,
    Thread,
    ThreadState,
    partial_model,
)

ROWS: list[tuple[type[ResponseModel], Any]] = [
    (Assistant, body_of("assistants.get")),
    (Thread, body_of("threads.get interrupted")),
    (ThreadState, body_of("threads.get_state cp parent")),
    (Run, body_of("runs.get done")),
    (Cron, body_of("crons.create")),
]
MODELS = pytest.mark.parametrize(("model", "body"), ROWS, ids=[model.__name__ for model, _ in ROWS])


@MODELS
def test_a_row_may_hold_any_one_field(model: type[ResponseModel], body: dict[str, Any]) -> None:
    whole = model.model_validate(body)

    for field, value in body.items():
        row = partial_model(model).model_validate({field: value})
        assert isinstance(row, model)
        assert list(row) == [field]
        assert row[field] == getattr(row, field) == whole[field]


@MODELS
def test_a_field_that_is_absent_says_so(model: type[ResponseModel], body: dict[str, Any]) -> None:
    row = partial_model(model).model_validate({})

    for field in model.model_fields:
        message = rf"this {model.__name__} has no '{field}': it was not selected"
        with pytest.raises(AttributeError, match=message):
            getattr(row, field)
        assert not hasattr(row, field)
        assert field not in row
        assert row.get(field, 7) == 7


@MODELS
def test_a_whole_row_is_as_the_model_has_it(
    model: type[ResponseModel], body: dict[str, Any]
) -> None:
    row = partial_model(model).model_validate(body)
    whole = model.model_validate(body)

    assert dict(row) == dict(whole)
    assert row.model_dump(exclude_unset=True) == whole.model_dump(exclude_unset=True)
    assert row.model_dump().keys() == body.keys()
    strict_validate(partial_model(model), body)


@MODELS
def test_there_is_one_variant_of_a_model(model: type[ResponseModel], body: dict[str, Any]) -> None:
    assert partial_model(model) is partial_model(model)
    assert partial_model(model) is not model


def test_what_is_there_is_validated() -> None:
    with pytest.raises(ValidationError, match="created_at"):
        partial_model(Thread).model_validate({"thread_id": "a", "created_at": "yesterday"})


def test_times_are_aware_and_words_open() -> None:
    row = partial_model(Thread).model_validate(
        {"created_at": "2026-01-01T00:00:00", "status": "dreaming"}
    )

    assert row.created_at.tzinfo is not None
    assert row.status == "dreaming"


def test_the_message_lists_what_was_selected() -> None:
    row = partial_model(Run).model_validate({"run_id": "r", "status": "success"})

    with pytest.raises(AttributeError, match=r"\(selected: run_id, status\)"):
        _ = row.metadata


def test_an_attribute_that_no_model_has_is_an_ordinary_error() -> None:
    row = partial_model(Run).model_validate({"run_id": "r"})

    with pytest.raises(AttributeError, match="object has no attribute 'colour'"):
        getattr(row, "colour")  # noqa: B009  # no checker knows the attribute


def test_an_unknown_field_is_kept() -> None:
    row = partial_model(Run).model_validate({"run_id": "r", "colour": "red"})

    assert row["colour"] == "red"


def test_a_row_survives_pickle_and_copy() -> None:
    row = partial_model(Thread).model_validate({"thread_id": "a", "status": "idle", "x": 1})

    for twin in (pickle.loads(pickle.dumps(row)), copy.copy(row), copy.deepcopy(row)):
        assert twin == row
        assert type(twin) is type(row)
        assert dict(twin) == {"thread_id": "a", "status": "idle", "x": 1}
        assert not hasattr(twin, "values")


def test_repr_shows_what_is_there() -> None:
    row = partial_model(Thread).model_validate({"thread_id": "a"})

    assert repr(row) == "PartialThread(thread_id='a')"
