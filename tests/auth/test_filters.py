"""Filters mean to the server what they say, or they are refused."""

import enum
import functools
import itertools
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwire_auth import F, Filter, matches
from graphwire_auth._filters import checked
from graphwire_auth.exceptions import FilterError


class Color(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (F("owner") == "ada", {"owner": "ada"}),
        (F("level") == 3, {"level": 3}),
        (F("shared") == True, {"shared": True}),  # noqa: E712  # builds a filter
        (F("color") == Color.RED, {"color": "red"}),
        (F("groups").contains("staff"), {"groups": {"$contains": "staff"}}),
        (F("groups").contains("a", "b"), {"groups": {"$contains": ["a", "b"]}}),
        (F("org").one_of(["a", "b"]), {"$or": [{"org": "a"}, {"org": "b"}]}),
        (F("org").one_of(["a"]), {"org": "a"}),
        ((F("a") == 1) & (F("b") == 2), {"a": 1, "b": 2}),
        ((F("a") == 1) | (F("b") == 2), {"$or": [{"a": 1}, {"b": 2}]}),
        ((F("a") == 1) & (F("a") == 2), {"$and": [{"a": 1}, {"a": 2}]}),
        (
            (F("a") == 1) & ((F("b") == 2) | (F("c") == 3)),
            {"$or": [{"a": 1, "b": 2}, {"a": 1, "c": 3}]},
        ),
    ],
)
def test_a_built_filter_is_written_as_the_server_reads_it(built: Filter, expected: Any) -> None:
    assert checked(built) == expected
    assert checked(expected) == expected


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({}, "an empty filter allows everything"),
        ({"owner": None}, "a missing value must deny, not match"),
        ({"owner": {}}, "expected one operator, got 0"),
        ({"owner": {"$ne": "bob"}}, r"'\$ne' is not an operator"),
        ({"owner": {"$eq": "a", "$contains": "b"}}, "expected one operator, got 2"),
        ({"owner": {"name": "ada"}}, "'name' is not an operator"),
        ({"owner": {"$eq": {"a": 1}}}, "got dict"),
        ({"owner": ["ada"]}, "got list"),
        ({"owner": {"$contains": []}}, "matches every list"),
        ({"owner": {"$contains": [None]}}, "must deny"),
        ({"owner": float("nan")}, "got float"),
        ({"": "ada"}, "must be a name"),
        ({3: "ada"}, "must be a name"),
        ({"$not": [{"a": 1}]}, "is not a field"),
        ({"$or": [{"a": 1}]}, "at least two"),
        ({"$or": {"a": 1}}, "at least two"),
        ({"$or": [{"a": 1}, {}]}, "an empty filter"),
        ({"$or": [{"a": 1}, "b"]}, "must be a filter"),
        ({"a": 1, "$and": [{"b": 1}, {"c": {"$gt": 1}}]}, r"'\$gt' is not an operator"),
        (
            {"$or": [{"a": 1}, {"$and": [{"b": 1}, {"$or": [{"c": 1}, {"d": 1}]}]}]},
            "nests at most 2",
        ),
    ],
)
def test_a_filter_that_would_match_too_much_is_refused(found: Any, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        checked(found)


@pytest.mark.parametrize(
    "make",
    [
        lambda: F("owner") == None,  # noqa: E711  # builds a filter
        lambda: F("owner") != "bob",
        lambda: F("owner").contains(),
        lambda: F("owner").one_of([]),
        lambda: F("owner").one_of("ada"),
        lambda: F("$owner"),
        lambda: F(""),
        lambda: bool(F("a") == 1),
        lambda: (F("a") == 1) and (F("b") == 2),
        lambda: not ((F("a") == 1) & (F("b") == 2)),
        Filter,
        lambda: Filter(()),
    ],
)
def test_a_filter_that_cannot_be_built_is_refused(make: Any) -> None:
    with pytest.raises(FilterError):
        make()


def test_filters_combine_with_filters_only() -> None:
    with pytest.raises(TypeError):
        (F("a") == 1) & {"b": 2}  # type: ignore[operator]  # what the test is about
    with pytest.raises(TypeError):
        (F("a") == 1) | True  # type: ignore[operator]  # what the test is about


def test_a_filter_cannot_explode() -> None:
    pair = (F("a") == 1) | (F("b") == 2)
    with pytest.raises(FilterError, match="at most 64 alternatives"):
        functools.reduce(operator.and_, [pair] * 10)


def test_repr_shows_the_filter() -> None:
    assert repr(F("owner") == "ada") == "Filter({'owner': 'ada'})"
    assert repr(F("owner")) == "F('owner')"


@pytest.mark.parametrize(
    ("found", "metadata", "expected"),
    [
        ({"owner": "ada"}, {"owner": "ada"}, True),
        ({"owner": "ada"}, {"owner": "bob"}, False),
        ({"owner": "ada"}, {}, False),
        ({"owner": "ada"}, {"owner": ["ada"]}, False),
        ({"owner": {"$eq": "ada"}}, {"owner": "ada"}, True),
        ({"on": True}, {"on": 1}, False),
        ({"level": 1}, {"level": True}, False),
        ({"groups": {"$contains": "a"}}, {"groups": ["a", "b"]}, True),
        ({"groups": {"$contains": ["a", "b"]}}, {"groups": ["a"]}, False),
        ({"groups": {"$contains": "a"}}, {"groups": "a"}, False),
        ({"$or": [{"a": 1}, {"b": 1}]}, {"b": 1}, True),
        ({"$and": [{"a": 1}, {"a": 2}]}, {"a": 1}, False),
        ({"a": 1, "$or": [{"b": 1}, {"c": 1}]}, {"c": 1}, False),
    ],
)
def test_matches_decides_as_the_server_does(found: Any, metadata: Any, expected: Any) -> None:
    assert matches(found, metadata) is expected


def test_the_server_itself_agrees_on_what_a_filter_matches(ask_server: Any) -> None:
    terms = [
        F("owner") == "ada",
        F("level") == 2,
        F("groups").contains("a"),
        F("groups").contains("a", "b"),
        F("org").one_of(["x", "y"]),
    ]
    pairs = list(itertools.product(terms, repeat=2))
    filters = [*terms, *(a & b for a, b in pairs), *(a | b for a, b in pairs)]
    filters += [(a | b) & c for a, b in pairs for c in terms]
    owners: list[Any] = ["ada", "bob", None]
    values = itertools.product(owners, [2, 3, None], [["a"], ["b", "a"], "a", None], ["x", None])
    keys = ("owner", "level", "groups", "org")
    things = [{k: v for k, v in zip(keys, each, strict=True) if v is not None} for each in values]
    asked = [[f.to_dict(), thing] for f in filters for thing in things]
    answers = ask_server({"filters": asked})["filters"]
    assert [matches(found, thing) for found, thing in asked] == answers
    assert any(answer is True for answer in answers)
    assert False in answers


names = st.sampled_from(["owner", "org", "groups"])
scalars = st.sampled_from(["ada", "bob", 1, 2])
leaves = st.one_of(
    st.builds(lambda n, v: F(n) == v, names, scalars),
    st.builds(lambda n, v: F(n).contains(v), names, scalars),
)
trees: st.SearchStrategy[Any] = st.recursive(
    st.tuples(st.just("leaf"), leaves),
    lambda inner: st.tuples(st.sampled_from(["&", "|"]), inner, inner),
    max_leaves=5,
)
things = st.dictionaries(names, st.one_of(scalars, st.lists(scalars, max_size=2)))


def built(tree: Any) -> Filter:
    if tree[0] == "leaf":
        return tree[1]  # type: ignore[no-any-return]  # a leaf holds its filter
    left, right = built(tree[1]), built(tree[2])
    return left & right if tree[0] == "&" else left | right


def meaning(tree: Any, thing: Any) -> bool:
    if tree[0] == "leaf":
        return matches(tree[1], thing)
    left, right = meaning(tree[1], thing), meaning(tree[2], thing)
    return (left and right) if tree[0] == "&" else (left or right)


@given(trees, things)
def test_any_combination_means_what_it_says(tree: Any, thing: Any) -> None:
    found = built(tree)
    assert matches(found, thing) is meaning(tree, thing)
    assert checked(found.to_dict()) == found.to_dict(), "and nests no deeper than the server allows"
