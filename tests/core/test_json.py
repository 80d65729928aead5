"""What a body may hold, and what arrives."""

from __future__ import annotations

import json
import math
from collections import OrderedDict, UserDict, namedtuple
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Annotated, Any, TypedDict
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel, PlainSerializer, computed_field, field_serializer
from pydantic.dataclasses import dataclass as pydantic_dataclass

from graphwire_core._json import decode_json, encode_json
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import Command, Config, Item, Send, Thread

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**300, max_value=10**4000)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=5)
    ),
    max_leaves=30,
)


def exact(value: Any) -> Any:
    """Make equal only what is the same: 1, 1.0 and true differ, and so do 0.0 and -0.0."""
    if isinstance(value, dict):
        return {key: exact(member) for key, member in value.items()}
    if isinstance(value, list):
        return [exact(member) for member in value]
    return type(value), repr(value)


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_value_arrives_exactly(value: Any) -> None:
    encoded = encode_json({"input": value})

    assert exact(json.loads(encoded)) == exact({"input": value})
    assert exact(decode_json(encoded)) == exact({"input": value})


@given(st.integers(min_value=-(10**4000), max_value=10**4000))
@settings(deadline=None)
def test_an_integer_of_any_size_arrives_digit_by_digit(value: int) -> None:
    assert encode_json(value) == str(value).encode()
    assert decode_json(encode_json(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_arrives_bit_by_bit(value: float) -> None:
    assert math.copysign(1, decode_json(encode_json(value))) == math.copysign(1, value)
    assert decode_json(encode_json(value)) == value


class Colour(Enum):
    RED = "red"


class Name(StrEnum):
    ADA = "ada"


class Size(IntEnum):
    BIG = 9


@dataclass
class Point:
    x: int
    tags: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Line:
    ends: tuple[Point, ...]


@pydantic_dataclass
class Checked:
    at: datetime


class State(TypedDict, total=False):
    messages: list[Any]


class Inner(BaseModel):
    when: datetime
    path: Path


class Outer(BaseModel):
    inner: Inner
    members: list[Any]
    price: Annotated[Decimal, PlainSerializer(float)]

    @field_serializer("members", when_used="json")
    def _listed(self, members: list[Any]) -> list[Any]:
        return [*members, "end"]

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def count(self) -> int:
        return len(self.members)


class Animal(BaseModel):
    name: str


class Dog(Animal):
    breed: str


class Zoo(BaseModel):
    animals: list[Animal]


class Chat(BaseModel):
    messages: list[BaseMessage]


Pair = namedtuple("Pair", "a b")  # noqa: PYI024  # the untyped kind is meant

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
ID = UUID("01a203c3-3765-7444-944e-78e72ff6932c")

FORMS: dict[str, tuple[Any, Any]] = {
    "tuple": ((1, (2,)), [1, [2]]),
    "named tuple": (Pair(1, 2), [1, 2]),
    "set": ({1}, [1]),
    "frozen set": (frozenset(["a"]), ["a"]),
    "ordered dict": (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    "mapping proxy": (MappingProxyType({"a": {1}}), {"a": [1]}),
    "user dict": (UserDict(a=1), {"a": 1}),
    "keys": (
        {1: "a", False: "b", None: "c", 1.5: "d"},
        {"1": "a", "false": "b", "null": "c", "1.5": "d"},
    ),
    "typed dict": (State(messages=[]), {"messages": []}),
    "datetime": (MOMENT, "2026-01-02T03:04:05.000678+00:00"),
    "date": (date(2026, 1, 2), "2026-01-02"),
    "time": (time(3, 4), "03:04:00"),
    "timedelta": (timedelta(seconds=90), "PT1M30S"),
    "uuid": (ID, str(ID)),
    "decimal": (Decimal("1.10"), "1.10"),
    "path": (PurePosixPath("a/b"), "a/b"),
    "enum": ([Colour.RED, Name.ADA, Size.BIG], ["red", "ada", 9]),
    "enum key": ({Name.ADA: 1}, {"ada": 1}),
    "dataclass": (Point(1, {"a"}), {"x": 1, "tags": ["a"]}),
    "nested dataclass": (Line((Point(1),)), {"ends": [{"x": 1, "tags": []}]}),
    "pydantic dataclass": (Checked(MOMENT), {"at": MOMENT.isoformat()}),
    "pydantic model": (
        Outer(inner=Inner(when=MOMENT, path=Path("p")), members=[{1}], price=Decimal("1.5")),
        {
            "inner": {"when": "2026-01-02T03:04:05.000678Z", "path": "p"},
            "members": [[1], "end"],
            "price": 1.5,
            "count": 1,
        },
    ),
    # Whatever type the field names, a member keeps the fields of its own.
    "subclass of the field's model": (
        Zoo(animals=[Dog(name="Rex", breed="pug")]),
        {"animals": [{"name": "Rex", "breed": "pug"}]},
    ),
    "command": (
        Command(goto=Send(node="n", input=Point(1)), resume=None),
        {"goto": {"node": "n", "input": {"x": 1, "tags": []}}, "resume": None},
    ),
    "config": (
        Config(configurable={"point": Point(1)}),
        {"configurable": {"point": {"x": 1, "tags": []}}},
    ),
}


@pytest.mark.parametrize(("value", "form"), FORMS.values(), ids=FORMS)
def test_a_value_arrives_in_its_json_form(value: Any, form: Any) -> None:
    assert exact(json.loads(encode_json({"input": value}))) == exact({"input": form})


def test_messages_of_langchain_arrive_whole() -> None:
    call = {"name": "n", "args": {"a": 1}, "id": "1", "type": "tool_call"}
    answer = AIMessage("hi", tool_calls=[call], id="m")

    plain = json.loads(encode_json({"messages": [HumanMessage("hello"), answer]}))["messages"]
    inside = json.loads(encode_json(Chat(messages=[HumanMessage("hello"), answer])))["messages"]

    assert [message["type"] for message in plain] == ["human", "ai"]
    assert plain[1]["tool_calls"] == [call]
    assert inside == plain


def test_a_response_goes_back_as_it_came() -> None:
    received = {
        "thread_id": "t",
        "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:05Z",
        "metadata": {"a": None},
        "status": "a new word",
        "not known": [1],
    }

    assert json.loads(encode_json(Thread.model_validate(received))) == received


def test_text_stays_text_and_spends_no_bytes() -> None:
    assert encode_json({"é": "日本 𝄞 \u2028 \x7f \x00"}) == (
        '{"é":"日本 𝄞 \u2028 \x7f \\u0000"}'.encode()
    )


def test_ten_megabytes_arrive_exactly() -> None:
    text = "0123456789abcdé\n" * 655_360
    body = {"input": {"text": text, "rows": [[n, n / 7] for n in range(1000)]}}

    encoded = encode_json(body)

    assert len(encoded) > 10_000_000
    assert json.loads(encoded) == body


def test_a_deep_but_possible_body_arrives() -> None:
    value: Any = 1
    for _ in range(300):
        value = [{"a": value}]

    assert json.loads(encode_json({"input": value})) == {"input": value}


@pytest.mark.parametrize("body", [b"", b" \n\t ", b"\n\n\n"])
def test_an_empty_body_is_none(body: bytes) -> None:
    assert decode_json(body) is None


@pytest.mark.parametrize(
    "body", [b"{", b"[1,]", b'{"a": 1', b"\xff\xfe", b"<html>", b"1 2", b"[" * 10_000]
)
def test_a_body_that_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_json(body)


def test_keep_alive_spaces_before_a_body_are_ignored() -> None:
    assert decode_json(b"\n\n\n" + b'{"a": 1}' + b"\n") == {"a": 1}


def test_an_item_of_the_store_can_be_stored_again() -> None:
    item = Item.model_validate(
        {
            "namespace": ["a"],
            "key": "k",
            "value": {"v": 1},
            "created_at": "2026-01-02T03:04:05+00:00",
            "updated_at": "2026-01-02T03:04:05+00:00",
        }
    )

    assert json.loads(encode_json({"value": item.value})) == {"value": {"v": 1}}


@dataclass
class Node:
    parent: Any = None
    children: list[Any] = field(default_factory=list)


class Number(BaseModel):
    typed: float = 0.0
    free: Any = None
    inner: list[Any] = []


class Broken:
    def model_dump(self) -> Any:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("not even this")


class Secretive:
    def __repr__(self) -> str:
        return "x" * 10_000


def cycle() -> Any:
    value: dict[str, Any] = {"a": [1]}
    value["a"].append(value)
    return value


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def circle() -> Node:
    node = Node()
    node.children.append(Node(parent=node))
    return node


FINITE = "a finite number"
FORM = "a value with a JSON form"
REFUSED: dict[str, tuple[Any, str, str, str]] = {
    "NaN": (math.nan, "input", FINITE, "nan"),
    "infinity": ({"a": [1, -math.inf]}, "input.a[1]", FINITE, "-inf"),
    "NaN in a set": ({"a": {math.nan}}, "input.a[0]", FINITE, "nan"),
    "NaN in a config": (
        Config(configurable={"x": math.nan}),
        "input.configurable.x",
        FINITE,
        "nan",
    ),
    "NaN in a command": (Command(resume={"x": (math.nan,)}), "input.resume.x[0]", FINITE, "nan"),
    "typed NaN in a model": (Number(typed=math.nan), "input.typed", FINITE, "nan"),
    "free NaN in a model": (Number(free={"x": math.inf}), "input.free.x", FINITE, "inf"),
    "NaN in a list of a model": (
        Number(inner=[Number(), (math.nan,)]),
        "input.inner[1][0]",
        FINITE,
        "nan",
    ),
    "NaN as a key": ({math.nan: 1}, "input", "keys, each a finite number", "nan"),
    "too many digits": (
        {"n": 10**5000},
        "input.n",
        "an integer that Python can print",
        "16610 bits",
    ),
    "too many digits in a key": ({10**5000: 1}, "input", "keys, each an integer", "bits"),
    "cycle": (cycle(), "input.a[1]", "a finite tree", "a cycle"),
    "cycle of dataclasses": (circle(), "input.children[0].parent", "a finite tree", "a cycle"),
    "deep nesting": (deep(100_000), "input", "less nesting", "more than 1000 levels"),
    "lone surrogate": ({"a": "\ud800"}, "input.a", "valid Unicode text", "a lone surrogate"),
    "surrogate in a key": ({"\udfff": 1}, "input", "keys, each valid Unicode text", "surrogate"),
    "tuple as a key": ({(1, 2): 3}, "input", "keys that are text", "tuple (1, 2)"),
    "uuid as a key": ({ID: 3}, "input", "keys that are text", "UUID"),
    "object": ({"a": {"b": [1, {"c": object()}]}}, "input.a.b[1].c", FORM, "object <object"),
    "bytes": ([b"x"], "input[0]", FORM, "bytes b'x'"),
    "class": (Animal, "input", FORM, "ModelMetaclass"),
    "plain class": ({"a": int}, "input.a", FORM, "type <class 'int'>"),
    "complex": (1j, "input", FORM, "complex 1j"),
    "function": (len, "input", FORM, "builtin_function_or_method"),
    "generator": ((x for x in "a"), "input", FORM, "generator"),
    "foreign model that fails": ({"a": Broken()}, "input.a", FORM, "Broken"),
    "long repr": ([Secretive()], "input[0]", FORM, "Secretive xxx"),
    "object in a dataclass": (Point(1, {object()}), "input.tags[0]", FORM, "object"),  # type: ignore[arg-type]
    "long key": ({"k" * 10_000: {"x": object()}}, "input.kkk", FORM, "object"),
}


@pytest.mark.parametrize(("value", "path", "expected", "got"), REFUSED.values(), ids=REFUSED)
def test_a_value_without_a_json_form_is_refused_by_its_path(
    value: Any, path: str, expected: str, got: str
) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        encode_json({"metadata": {}, "input": value})

    error = caught.value
    assert error.argument.startswith(path)
    assert error.argument == path or len(path) < 10
    assert expected in error.expected
    assert got in error.got
    assert len(str(error)) < 500


def test_a_body_that_is_one_argument_is_named_by_it() -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        encode_json([{"input": 1}, {"input": math.nan}], argument="payloads")

    assert caught.value.argument == "payloads[1].input"


def test_nesting_that_only_this_stack_cannot_hold_is_named_too() -> None:
    value = deep(600)

    def at_depth(levels: int) -> bytes:
        return at_depth(levels - 1) if levels else encode_json({"flat": [], "input": value})

    with pytest.raises(InvalidArgumentError) as caught:
        at_depth(600)

    assert caught.value.argument.startswith("input[0][0]")
    assert caught.value.got == "601 levels"
