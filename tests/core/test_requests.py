from __future__ import annotations

import inspect
import json
import typing
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, get_type_hints

import httpx
import pytest
from tests.contract.signatures import resources
from tests.core import recording
from tests.core.recording import BASE, COLOURS, Recorder
from tests.core.requests_table import ANSWERS, NO_BODY, TABLE, Row

from graphwire import AsyncClient, Client
from graphwire_core._version import USER_AGENT

RESOURCES = ["assistants", "threads", "runs", "crons", "store", "server"]

SESSIONS = {"threads.stream"}
"""What sends nothing itself; its commands are in `tests/stream/thread_streams`."""

NOT_SENT = {"idle_timeout", "on_gap", "on_run_created", "raise_on_error"}
"""Keywords that never reach the server and need no row."""


@contextmanager
def expecting_deprecation(*, expected: bool) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    ours = [one for one in caught if one.category is DeprecationWarning]
    assert bool(ours) == expected
    # It is attributed to the caller's own line, or Python would show it to no one.
    assert {one.filename for one in ours} <= {__file__, recording.__file__}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("row", TABLE, ids=repr)
def test_a_call_sends_exactly_this_request(row: Row, colour: str) -> None:
    recorder = Recorder(ANSWERS[row.call])

    def use(client: Any) -> Any:
        return attrgetter(row.call)(client)(*row.arguments, **row.keywords)

    with expecting_deprecation(expected=row.deprecated):
        COLOURS[colour](recorder, use)

    assert recorder.lines == [row.line]
    assert all(response.closed for response in recorder.responses)
    request = recorder.requests[0]
    content_headers = {}
    if row.body is NO_BODY:
        assert request.content == b""
    else:
        assert _exact(json.loads(request.content)) == _exact(row.body)
        content_headers["content-type"] = "application/json"
    if request.content or request.method in {"POST", "PUT", "PATCH"}:
        content_headers["content-length"] = str(len(request.content))
    own = {"user-agent": USER_AGENT, "accept": "application/json"}
    assert dict(request.headers) == own | content_headers | dict(row.headers)


FIRST = list({row.call: row for row in reversed(TABLE)}.values())
"""One row of each method."""


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("row", FIRST, ids=repr)
def test_a_callers_headers_and_parameters_win_in_every_call(row: Row, colour: str) -> None:
    recorder = Recorder(ANSWERS[row.call])
    own = {"X-Own": "1", "ACCEPT": "a/b", "User-Agent": "me", "Content-Length": "7"}
    keywords = {**row.keywords, "headers": own, "params": {"own": ["a", 2, True, None]}}

    def use(client: Any) -> Any:
        return attrgetter(row.call)(client)(*row.arguments, **keywords)

    COLOURS[colour](recorder, use, headers={"X-Client": "1", "X-Own": "0"})

    request = recorder.requests[0]
    assert request.url.endswith("own=a&own=2&own=true&own=")
    assert all(name == name.lower() for name in request.headers)
    assert request.headers.items() >= {
        ("x-own", "1"),
        ("x-client", "1"),
        ("accept", "a/b"),
        ("user-agent", "me"),
    }
    # The length is a matter of fact.
    assert request.headers.get("content-length", "0") == str(len(request.content))


@pytest.mark.parametrize("row", TABLE, ids=repr)
def test_httpx_sends_the_target_as_it_stands(row: Row) -> None:
    target = row.line.split(" ", 1)[1]

    url = httpx.URL(BASE + target)

    assert url.raw_path.decode() == "/base" + target


@pytest.mark.parametrize("client", [AsyncClient, Client])
def test_every_public_method_of_every_resource_is_in_the_table(client: type[Any]) -> None:
    methods = {
        f"{name}.{method}"
        for name in RESOURCES
        for method, _ in inspect.getmembers(_class_of(client, name), inspect.isfunction)
        if not method.startswith("_")
    }

    assert methods - SESSIONS | {"request"} == {row.call for row in TABLE}


@pytest.mark.parametrize("call", sorted({row.call for row in TABLE} - {"request"}))
def test_every_keyword_of_a_method_is_in_the_table(call: str) -> None:
    resource, name = call.split(".")
    method = getattr(_class_of(Client, resource), name)
    rows = [row for row in TABLE if row.call == call]
    positions = list(inspect.signature(method).parameters)[1:]
    used = {key for row in rows for key in row.keywords}
    used |= {key for row in rows for key in positions[: len(row.arguments)]}

    assert _keywords(method) - used - NOT_SENT - {"headers", "params"} <= WHOLE_TABLE[call]


WHOLE_TABLE: dict[str, set[str]] = {row.call: set() for row in TABLE} | {
    "threads.get_state": {"values"},
}
"""Keywords that say how the answer is read; their own tests are elsewhere."""


def test_the_table_holds_no_row_twice() -> None:
    rows = [repr(tuple(row)) for row in TABLE]

    assert len(rows) == len(set(rows))


def _class_of(client: type[Any], resource: str) -> type[Any]:
    return resources(client)[resource]


def _keywords(method: Any) -> set[str]:
    keywords = set()
    for name, parameter in inspect.signature(method).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            unpacked = typing.get_args(get_type_hints(method)[name])[0]
            keywords |= unpacked.__annotations__.keys()
        else:
            keywords.add(name)
    return keywords - {"self"}


def _exact(value: Any) -> str:
    """Tell 1 from true and from 1.0, which Python calls equal."""
    return json.dumps(value, sort_keys=True)
