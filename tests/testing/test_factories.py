"""The factories make every model and every error, as the client would have them."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import pytest
from pydantic import BaseModel

from graphwire_core import errors, models
from graphwire_core._exchange import result_of, status_error
from graphwire_core._json import decode_json, encode_json
from graphwire_core.errors import GraphwireError, InvalidArgumentError
from graphwire_core.testing import Reply, make, make_error, make_id
from graphwire_stream import parts

MODELS = [
    value
    for module in (models, parts)
    for value in (getattr(module, name) for name in module.__all__)
    if inspect.isclass(value) and issubclass(value, BaseModel)
]
ERRORS = [value for value in vars(errors).values() if inspect.isclass(value)]
ERRORS = [kind for kind in ERRORS if issubclass(kind, GraphwireError)]


def test_there_are_models_and_errors_to_make() -> None:
    assert len(MODELS) > 60
    assert {kind.__name__ for kind in ERRORS} == set(errors.__all__)


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_every_model_is_made_and_reads_what_it_writes(kind: type[BaseModel]) -> None:
    made = make(kind)
    assert type(made) is kind
    written = decode_json(encode_json(made))
    assert kind.model_validate(written) == made
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    assert made.model_fields_set == required


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_made_prints_and_survives_pickling(kind: type[GraphwireError]) -> None:
    made = make_error(kind)
    assert type(made) is kind
    assert made.message
    assert vars(pickle.loads(pickle.dumps(made))) == vars(made)
    assert made.message.splitlines()[0][:20] in str(made)
    assert not [name for name, value in vars(made).items() if value == ""]


@pytest.mark.parametrize(
    "kind",
    [kind for kind in ERRORS if issubclass(kind, errors.APIStatusError)],
    ids=lambda kind: kind.__name__,
)
def test_an_error_with_a_status_is_the_one_that_its_status_leads_to(
    kind: type[errors.APIStatusError],
) -> None:
    made = make_error(kind)
    assert made.status_code is not None
    reply = Reply.json(made.body, made.status_code)
    raised = status_error(reply.status_code, reply.headers, b"".join(reply.body))
    assert (type(raised), raised.message) == (kind, made.message)


def test_given_fields_and_facts_count() -> None:
    thread = make(models.Thread, thread_id="t1", status="busy", values={"messages": []})
    assert (thread.thread_id, thread.status, thread.values) == ("t1", "busy", {"messages": []})
    error = make_error(errors.StreamInterrupted, "cut", cursor="7-0", attempts=4)
    assert (error.message, error.cursor, error.attempts) == ("cut", "7-0", 4)
    assert make_error(errors.InternalServerError, status_code=503).message == "Service Unavailable"
    assert make_error(errors.InvalidArgumentError, argument="limit").argument == "limit"


def test_ids_are_new_and_look_like_ids() -> None:
    made = {make(models.Thread).thread_id for _ in range(20)} | {make_id()}
    assert len(made) == 21
    assert all(len(one) == 36 for one in made)


ANY_CLASS: Any = OSError


class Inner(BaseModel):
    pair: tuple[int, str]
    tail: tuple[int, ...]


class Own(BaseModel):
    inner: Inner
    choice: str | None
    flag: bool
    names: list[str]
    free: Any


def test_models_of_your_own_are_made_too() -> None:
    made = make(Own)
    assert made.inner == Inner(pair=(1, "pair"), tail=())
    assert (made.choice, made.flag, made.names) == ("choice", True, [])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: make(models.Thread, staus="busy"), "staus: expected a field of Thread"),
        (lambda: make(models.Thread, thread_id=7), "thread_id: expected a valid string, got int 7"),
        (lambda: make(ANY_CLASS), "kind: expected a pydantic model, got type"),
        (lambda: make_error(ANY_CLASS), "kind: expected a class of graphwire_core.errors"),
    ],
)
def test_a_wrong_field_is_named(call: Any, said: str) -> None:
    with pytest.raises(InvalidArgumentError, match=said):
        call()


def test_a_fact_that_an_error_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="cursor"):
        make_error(errors.NotFoundError, cursor="7-0")


def test_the_client_reads_what_is_made() -> None:
    from graphwire_core._operations import threads

    made = make(models.Thread)
    body = encode_json(made)
    assert result_of(threads.get("t"), 200, {}, body) == made
