"""Ids: what is none is refused, and what is one arrives as it is, whatever it holds."""

from __future__ import annotations

import inspect
from operator import attrgetter
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest
from tests.core.recording import BASE, COLOURS, Recorder
from tests.core.requests_table import ANSWERS, TABLE, Row

from graphwire import Client
from graphwire_core.errors import InvalidArgumentError

IDS = {"thread_id", "assistant_id", "run_id", "cron_id"}
OPTIONAL = {
    ("runs.create", "thread_id"),
    ("runs.wait", "thread_id"),
    ("runs.stream", "thread_id"),
}
"""Ids for which `None` says something."""

SURROGATE = "a\ud800"
BAD: list[tuple[Any, str]] = [
    (b"x", "a str or a UUID"),
    (5, "a str or a UUID"),
    (10**5000, "a str or a UUID"),
    (["x"], "a str or a UUID"),
    ("", "an id"),
    (" \t", "an id"),
    (SURROGATE, "valid Unicode text"),
]
ODD: list[str | UUID] = [
    UUID(int=5),
    "a",
    "a/b",
    "..",
    ".",
    "...",
    "../../x",
    "a/../b",
    "a.b",
    "a%2Fb",
    "%",
    "a?x=1#f",
    "a b+c",
    ";,@:!$&'()*[]\\|^`{}\"<>",
    "a\nb\r\0",
    "é 日本 𝄞",
    "~-_.",
    "x" * 5000,
]


def calls() -> list[Any]:
    """One row of each method with each of its ids that it cannot do without."""
    found = []
    with Client(BASE, api_key=None) as client:
        for row in {row.call: row for row in reversed(TABLE)}.values():
            bound = inspect.signature(attrgetter(row.call)(client)).bind(
                *row.arguments, **row.keywords
            )
            found += [
                pytest.param(row, list(bound.arguments).index(name), name, id=f"{row.call} {name}")
                for name in bound.arguments
                if name in IDS
            ]
    return found


CALLS = calls()


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("row", "position", "name"), CALLS)
def test_what_is_no_id_is_refused(row: Row, position: int, name: str, colour: str) -> None:
    for value, expected in BAD:
        error = refused(row, position, value, colour)

        assert error.argument == name
        assert error.expected == expected
        assert len(str(error)) < 200


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("row", "position", "name"), CALLS)
def test_none_is_no_id(row: Row, position: int, name: str, colour: str) -> None:
    if (row.call, name) in OPTIONAL:
        assert "None" not in sent(row, position, None, colour).lines[0]
    else:
        assert refused(row, position, None, colour).argument == name


@pytest.mark.parametrize(("row", "position", "name"), CALLS)
def test_an_id_arrives_as_it_is(row: Row, position: int, name: str) -> None:
    depth = row.line.partition("?")[0].count("/")
    for value in ODD:
        recorder = sent(row, position, value, "sync")

        # What httpx makes of the URL is what goes out.
        path = httpx.URL(recorder.requests[0].url).raw_path.decode().partition("?")[0]
        segments = [
            unquote(part, errors="strict") for part in path.removeprefix("/base").split("/")
        ]
        body = recorder.bodies[0] or {}
        assert str(value) in segments or body.get(name) == str(value)
        assert len(segments) == depth + 1


OPTIONAL_IDS = [
    ("assistants.create", {"graph_id": "g"}, "assistant_id"),
    ("threads.create", {}, "thread_id"),
    ("crons.search", {}, "assistant_id"),
    ("crons.search", {}, "thread_id"),
    ("crons.count", {}, "thread_id"),
    ("runs.cancel_many", {"run_ids": ["r"]}, "thread_id"),
]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("call", "keywords", "name"), OPTIONAL_IDS)
def test_an_optional_id_is_checked_too(
    call: str, keywords: dict[str, Any], name: str, colour: str
) -> None:
    for value, expected in BAD:
        if value != SURROGATE:  # which the body refuses, as it does any text
            error = refused(Row(call, [], keywords | {name: value}, ""), None, None, colour)
            assert (error.argument, error.expected) == (name, expected)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("call", "arguments", "keywords", "argument"),
    [
        ("threads.search", [], {"ids": ["a", ""]}, "ids[1]"),
        ("threads.search", [], {"ids": [None]}, "ids[0]"),
        ("threads.prune", [["a", b"b"]], {}, "thread_ids[1]"),
        ("runs.cancel_many", [], {"thread_id": "t", "run_ids": [""]}, "run_ids[0]"),
        ("threads.get_history", ["t"], {"before": ""}, "before"),
        ("threads.get_state", ["t"], {"checkpoint_id": ""}, "checkpoint_id"),
        ("threads.create", [], {"graph_id": ""}, "graph_id"),
        ("assistants.create", [""], {}, "graph_id"),
        (
            "runs.create_batch",
            [[{"assistant_id": "a", "thread_id": ""}]],
            {},
            "payloads[0].thread_id",
        ),
    ],
)
def test_an_id_in_a_list_is_named_with_its_place(
    call: str, arguments: list[Any], keywords: dict[str, Any], argument: str, colour: str
) -> None:
    assert refused(Row(call, arguments, keywords, ""), None, None, colour).argument == argument


def sent(row: Row, position: int | None, value: Any, colour: str) -> Recorder:
    recorder = Recorder(ANSWERS[row.call])
    arguments = list(row.arguments)
    if position is not None:
        arguments[position] = value

    def use(client: Any) -> Any:
        return attrgetter(row.call)(client)(*arguments, **row.keywords)

    COLOURS[colour](recorder, use)
    return recorder


def refused(row: Row, position: int | None, value: Any, colour: str) -> InvalidArgumentError:
    with pytest.raises(InvalidArgumentError) as caught:
        sent(row, position, value, colour)
    return caught.value
