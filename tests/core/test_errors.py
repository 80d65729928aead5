"""Errors are plain data in one tree."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from typing import Any

import pytest

from graphwire_core import errors
from graphwire_core.errors import (
    APIStatusError,
    ConnectionFailed,
    GraphwireError,
    InvalidArgumentError,
    NotFoundError,
    ResponseValidationError,
    RunFailedError,
    StreamInterrupted,
)

CLASSES = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, GraphwireError)
]
FACTS: dict[str, Any] = {
    "method": "GET",
    "path": "/threads/t",
    "attempts": 3,
    "status_code": 404,
    "request_id": "q",
    "retry_after": 1.5,
    "body": {"detail": ["no"]},
}
OWN: dict[type[GraphwireError], dict[str, Any]] = {
    ConnectionFailed: {"timed_out": True},
    ResponseValidationError: {"field": "a.0", "excerpt": "<html>"},
    RunFailedError: {"type": "ValueError", "run_id": "r", "thread_id": "t"},
    StreamInterrupted: {"cursor": "5"},
}


def example(kind: type[Any]) -> Any:
    if kind is InvalidArgumentError:
        return kind("limit", "1 to 1000", "0")
    return kind("no", **FACTS, **OWN.get(kind, {}))


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_pickling_with_all_that_it_knows(
    kind: type[GraphwireError], protocol: int
) -> None:
    error = example(kind)

    restored = pickle.loads(pickle.dumps(error, protocol))

    assert type(restored) is kind
    assert vars(restored) == vars(error)
    assert restored.args == error.args
    assert (str(restored), repr(restored)) == (str(error), repr(error))


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_can_be_copied_and_raised_again(kind: type[GraphwireError]) -> None:
    error = example(kind)

    for again in (copy.copy(error), copy.deepcopy(error)):
        with pytest.raises(kind) as caught:
            raise again
        assert vars(caught.value) == vars(error)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_prints_shortly_whatever_its_size(kind: type[GraphwireError]) -> None:
    error = example(kind)
    error.message = "m" * 1_000_000
    error.path = "/" + "p" * 1_000_000
    error.request_id = "q" * 1_000_000
    error.body = "b" * 1_000_000
    for name in OWN.get(kind, {}):
        setattr(error, name, "x" * 1_000_000)
    if isinstance(error, RunFailedError):
        error.run_id = "r"

    assert len(str(error)) < 3000
    assert len(repr(error)) < 3000


def test_the_tree_of_the_docstring_is_the_tree() -> None:
    documented = re.findall(r"\b[A-Z]\w+\b", (errors.__doc__ or "").split("```")[1])
    named = {word for word in documented if hasattr(errors, word)}

    assert named == {kind.__name__ for kind in CLASSES} == set(errors.__all__)


def test_every_error_of_a_status_is_an_api_status_error() -> None:
    statuses = [kind for kind in CLASSES if re.search(r"^\dxx|^\d{3}:", kind.__doc__ or "")]

    assert len(statuses) == 8
    assert all(issubclass(kind, APIStatusError) for kind in statuses)


def test_a_message_names_the_request_and_how_often_it_was_sent() -> None:
    assert str(GraphwireError("no")) == "no"
    assert str(NotFoundError("no", **FACTS)) == (
        "no (status 404, GET /threads/t, 3 attempts, request id q)"
    )


def test_a_failed_run_says_its_type_and_its_id() -> None:
    error = RunFailedError("kaboom", type="ValueError", run_id="r")

    assert str(error) == "ValueError: kaboom [run r]"
    assert error.message == "kaboom"
    assert str(RunFailedError("kaboom")) == "kaboom"


def test_a_bad_argument_is_a_value_error_too() -> None:
    error = InvalidArgumentError("limit", "1 to 1000", "0")

    assert isinstance(error, ValueError)
    assert str(error) == "limit: expected 1 to 1000, got 0"
    assert (error.argument, error.expected, error.got) == ("limit", "1 to 1000", "0")
