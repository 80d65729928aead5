import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError
from tests.core.models.bodies import body_of
from typing_extensions import TypedDict

from graphwire_core.models import (
    Interrupt,
    Item,
    SearchItemsResponse,
    ServerMetrics,
    Thread,
    ThreadState,
)


class Counter(TypedDict):
    x: int


def thread() -> Thread:
    return Thread.model_validate(body_of("threads.get after"))


def test_subscript_get_and_attribute_read_the_same_field() -> None:
    row = thread()

    assert row["thread_id"] == row.thread_id == row.get("thread_id")
    assert row["config"]["configurable"] == {}


def test_the_mapping_holds_what_was_sent_and_no_defaults() -> None:
    row = Thread.model_validate(body_of("threads.copy"))

    assert "values" not in row
    assert row.values is None
    assert row.get("values", "nothing") == "nothing"
    assert set(row) == set(body_of("threads.copy")) == set(dict(row))
    assert len(row) == len(body_of("threads.copy"))
    with pytest.raises(KeyError, match="values"):
        row["values"]


def test_a_field_named_like_a_mapping_method_is_the_field() -> None:
    found = SearchItemsResponse.model_validate(body_of("store.search"))

    assert isinstance(found.items[0], Item)
    assert found["items"] == found.items
    assert thread().values == body_of("threads.get after")["values"]


def test_an_unknown_field_is_kept_as_attribute_key_and_in_the_dump() -> None:
    row = Thread.model_validate({**body_of("threads.create"), "mood": {"a": 1}})

    assert row["mood"] == {"a": 1}
    assert row.get("mood") == {"a": 1}
    assert getattr(row, "mood") == {"a": 1}  # noqa: B009  # no checker knows the attribute
    assert row.model_dump()["mood"] == {"a": 1}
    assert "mood" in row


def test_a_model_unpacks_into_keywords() -> None:
    row = Interrupt.model_validate({"value": 1, "id": "a"})

    assert dict(**row) == {"value": 1, "id": "a"}


def test_a_response_cannot_be_changed() -> None:
    row = thread()

    with pytest.raises(ValidationError, match="frozen"):
        row.status = "idle"  # type: ignore[misc]  # the fault under test


def test_a_model_is_true_even_when_it_is_empty() -> None:
    row = ServerMetrics.model_validate({})

    assert row
    assert len(row) == 0


def test_naive_times_are_utc() -> None:
    row = Thread.model_validate({**body_of("threads.create"), "created_at": "2026-01-02T03:04:05"})

    assert row.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_the_offset_of_a_time_is_kept() -> None:
    row = Thread.model_validate(
        {**body_of("threads.create"), "created_at": "2026-01-02T03:04:05+02:00"}
    )

    assert row.created_at.isoformat() == "2026-01-02T03:04:05+02:00"


def test_repr_is_short_whatever_the_size_of_the_data() -> None:
    body = body_of("threads.get after")
    row = Thread.model_validate(
        {
            **body,
            "values": {f"key{n}": "x" * 10_000 for n in range(1_000)},
            "metadata": {"m": "y" * 9_999},
        }
    )

    assert len(repr(row)) < 1_000
    assert repr(row).startswith("Thread(thread_id='")
    assert "created_at=2026-11-22T14:33:14" in repr(row)


def test_repr_of_nested_models_is_short() -> None:
    question = {"value": "x" * 1_000, "id": "a"}
    row = Thread.model_validate(
        {**body_of("threads.create"), "interrupts": {f"t{n}": [question] * 50 for n in range(50)}}
    )

    assert len(repr(row)) < 1_000


@pytest.mark.parametrize("call", ["threads.get interrupted", "threads.get after"])
def test_a_thread_survives_pickle_and_copy(call: str) -> None:
    row = Thread.model_validate(body_of(call))

    for twin in (pickle.loads(pickle.dumps(row)), copy.copy(row), copy.deepcopy(row)):
        assert twin == row
        assert twin.keys() == row.keys()
        assert type(twin) is Thread


def test_a_state_with_subgraphs_survives_pickle() -> None:
    state = ThreadState.model_validate(body_of("threads.get_state subgraphs"))

    twin = pickle.loads(pickle.dumps(state))

    assert twin == state
    assert type(twin.tasks[0].state) is ThreadState


@pytest.mark.parametrize("values", [Any, Counter])
def test_a_state_with_values_of_a_type_survives_pickle(values: Any) -> None:
    state = ThreadState[values].model_validate({"values": {"x": "3"}, "next": []})

    twin = pickle.loads(pickle.dumps(state))

    assert twin == state
    assert type(twin) is type(state)


def test_a_state_with_any_values_is_a_plain_state() -> None:
    assert ThreadState[Any] is ThreadState


def test_values_of_a_type_are_validated() -> None:
    state = ThreadState[Counter].model_validate({"values": {"x": "3"}, "next": []})

    assert isinstance(state, ThreadState)
    assert state.values["x"] == 3
    with pytest.raises(ValidationError, match=r"values\.x"):
        ThreadState[Counter].model_validate({"values": {"x": "many"}, "next": []})


def test_a_missing_field_is_named() -> None:
    body = body_of("threads.create")
    del (partial := dict(body))["status"]

    with pytest.raises(ValidationError, match=r"status\n  Field required"):
        Thread.model_validate(partial)
