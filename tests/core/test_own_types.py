"""The caller's own types for results, the `TypedDict` of `typing` included."""

from __future__ import annotations

import sys
from operator import add
from typing import Annotated, Any, Generic, Literal, NotRequired, Required, TypedDict, TypeVar

import pytest
from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import MessagesState
from pydantic import BaseModel, ValidationError

from graphwire_core._reading import adapter, check_type
from graphwire_core._typed_dicts import readable
from graphwire_core.errors import InvalidArgumentError

T = TypeVar("T")


class Leaf(TypedDict):
    n: int


class Base(TypedDict):
    q: str


class State(Base, total=False):
    leaf: Leaf
    needed: Required[list[Leaf]]
    either: Leaf | None
    named: Annotated[dict[str, Leaf], add]
    word: Literal["a", "b"]
    messages: Annotated[list[AnyMessage], add]


class Partly(TypedDict):
    always: int
    sometimes: NotRequired[Leaf]


class Looped(TypedDict):
    inner: list[Looped]


class Box(BaseModel, Generic[T]):
    content: T


WHOLE = {
    "q": "x",
    "leaf": {"n": 1},
    "needed": [{"n": 2}],
    "either": None,
    "named": {"a": {"n": 3}},
    "word": "a",
}


def test_a_typed_dict_of_typing_is_validated_field_by_field() -> None:
    assert adapter(State).validate_python(WHOLE) == WHOLE
    assert adapter(State).validate_python({"q": "x", "needed": []}) == {"q": "x", "needed": []}
    assert adapter(Partly).validate_python({"always": 1}) == {"always": 1}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"q": None}, ("q",)),
        ({"leaf": {"n": "x"}}, ("leaf", "n")),
        ({"leaf": {}}, ("leaf", "n")),
        ({"needed": [{"n": 1}, {}]}, ("needed", 1, "n")),
        ({"named": {"a": 5}}, ("named", "a")),
        ({"word": "c"}, ("word",)),
    ],
)
def test_a_field_that_does_not_fit_is_named(change: Any, place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        adapter(State).validate_python(WHOLE | change)

    assert caught.value.errors()[0]["loc"] == place


@pytest.mark.parametrize("left_out", ["q", "needed"])
def test_a_required_field_is_required(left_out: str) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        adapter(State).validate_python({key: WHOLE[key] for key in WHOLE if key != left_out})


def test_a_state_of_langgraph_gives_messages_of_langchain() -> None:
    body = {"messages": [{"type": "ai", "content": "hi"}]}

    for kind in (MessagesState, list[MessagesState]):
        value = [body] if kind is not MessagesState else body
        found = adapter(kind).validate_python(value)
        state = found[0] if kind is not MessagesState else found
        assert state["messages"] == [AIMessage("hi")]


def test_a_type_is_made_once() -> None:
    assert readable(State) is readable(State)
    assert adapter(list[State]) is adapter(list[State])


@pytest.mark.parametrize("kind", [int, list[int], None, Any, Box[int], Literal["a"], dict])
def test_any_other_type_stays_as_it_is(kind: Any) -> None:
    assert readable(kind) is kind


@pytest.mark.parametrize("kind", [Looped, list[Looped]])
def test_a_typed_dict_that_names_itself_needs_python_3_12(kind: Any) -> None:
    if sys.version_info >= (3, 12):
        check_type("output", kind)
        assert adapter(Looped).validate_python({"inner": []}) == {"inner": []}
    else:
        with pytest.raises(InvalidArgumentError, match=r"use `typing_extensions\.TypedDict`"):
            check_type("output", kind)


@pytest.mark.parametrize("kind", [5, "State", len, ..., [int], object()])
def test_what_is_no_type_is_refused(kind: Any) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        check_type("values", kind)

    assert caught.value.argument == "values"
    assert caught.value.expected == "a type to validate as"
    assert len(str(caught.value)) < 300
