"""Pages: lists that know where the next one begins, and never end early or never."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.core.recording import (
    BASE,
    COLOURS,
    AsyncRecordingTransport,
    Recorder,
    RecordingTransport,
    Reply,
    json_reply,
)
from tests.core.requests_table import ASSISTANT, RUN, STATE, THREAD

from graphwire import AsyncClient, Client
from graphwire_core.errors import NotFoundError, ResponseValidationError
from graphwire_core.models import Thread

Call = Callable[[Any], Any]


def threads(*names: str, **headers: Any) -> Reply:
    return json_reply([{**THREAD, "thread_id": name} for name in names], **headers)


def last(name: str) -> Reply:
    return threads(name, x_pagination_total="2")


def runs(count: int, **headers: Any) -> Reply:
    return json_reply([RUN] * count, **headers)


def states(*ids: str | None) -> Reply:
    return json_reply(
        [{**STATE, "checkpoint": {"checkpoint_id": name} if name else None} for name in ids]
    )


def every_row(colour: str, recorder: Recorder, call: Call) -> list[Any]:
    """Read all pages, as each colour does it."""
    if colour == "sync":
        return list(COLOURS[colour](recorder, lambda client: call(client).all()))

    async def rows(client: Any) -> list[Any]:
        return [row async for row in await call(client)]

    found: list[Any] = COLOURS[colour](recorder, rows)
    return found


@pytest.mark.parametrize("colour", COLOURS)
def test_a_page_is_a_list_that_knows_its_cursor(colour: str) -> None:
    recorder = Recorder(threads("a", "b", x_pagination_next="2", x_pagination_total="3"))

    page = COLOURS[colour](recorder, lambda client: client.threads.search(limit=2))

    assert issubclass(type(page), list)
    assert [thread.thread_id for thread in page] == ["a", "b"]
    assert page[0] == page[-2] == page[:1][0]
    assert (page.next_cursor, page.has_more, page.total) == ("2", True, 3)
    assert repr(page).startswith(("Page([Thread(", "AsyncPage([Thread("))
    assert repr(page).endswith("next_cursor='2')")
    assert json.loads(json.dumps([row.thread_id for row in page])) == ["a", "b"]


@pytest.mark.parametrize("colour", COLOURS)
def test_the_last_page_has_no_cursor(colour: str) -> None:
    recorder = Recorder(threads("a", x_pagination_total="1"))

    page = COLOURS[colour](recorder, lambda client: client.threads.search(limit=1))

    assert (page.next_cursor, page.has_more, page.total) == (None, False, 1)


@pytest.mark.parametrize("colour", COLOURS)
def test_iteration_goes_on_at_the_offset_that_the_server_names(colour: str) -> None:
    recorder = Recorder(
        threads("a", "b", x_pagination_next="2"),
        threads("c", "d", x_pagination_next="7"),
        threads("e", x_pagination_total="8"),
    )

    rows = every_row(
        colour, recorder, lambda client: client.threads.search(metadata={"a": 1}, limit=2)
    )

    assert [row.thread_id for row in rows] == ["a", "b", "c", "d", "e"]
    assert all(isinstance(row, Thread) for row in rows)
    filters = {"metadata": {"a": 1}, "limit": 2}
    assert recorder.bodies == [filters, filters | {"offset": 2}, filters | {"offset": 7}]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("keywords", "sizes"), [({}, [10, 10, 3]), ({"limit": 2}, [2, 2, 0])])
def test_without_headers_a_full_page_is_followed_by_another(
    keywords: dict[str, Any], sizes: list[int], colour: str
) -> None:
    recorder = Recorder(*map(runs, sizes))

    rows = every_row(colour, recorder, lambda client: client.runs.list("t", **keywords))

    assert len(rows) == sum(sizes)
    offsets = [line.partition("offset=")[2] for line in recorder.lines]
    assert offsets == ["", str(sizes[0]), str(sizes[0] + sizes[1])]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("named", ["0", "2", "4"])
def test_a_server_that_repeats_an_offset_ends_the_pages(named: str, colour: str) -> None:
    recorder = Recorder(
        threads("a", "b", x_pagination_next="4"), threads("c", "d", x_pagination_next=named)
    )

    rows = every_row(colour, recorder, lambda client: client.threads.search(limit=2))

    assert [row.thread_id for row in rows] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("header", ["", "x", "-1", "1.5", "9" * 400, "٣"])
def test_a_cursor_that_is_no_number_is_none(header: str, colour: str) -> None:
    recorder = Recorder(threads("a", x_pagination_next=header, x_pagination_total=header))

    page = COLOURS[colour](recorder, lambda client: client.threads.search(limit=2))

    assert (page.next_cursor, page.total) == (None, None)


@pytest.mark.parametrize("colour", COLOURS)
def test_an_own_offset_counts_and_own_parameters_come_along(colour: str) -> None:
    recorder = Recorder(runs(2), runs(2), runs(1))

    rows = every_row(
        colour,
        recorder,
        lambda client: client.runs.list(
            "t", limit=2, offset=5, status="error", headers={"X": "1"}, params={"tenant": "a"}
        ),
    )

    assert len(rows) == 5
    assert recorder.lines[1:] == [
        "GET /threads/t/runs?limit=2&status=error&tenant=a&offset=7",
        "GET /threads/t/runs?limit=2&status=error&tenant=a&offset=9",
    ]
    assert [request.headers["x"] for request in recorder.requests] == ["1"] * 3


@pytest.mark.parametrize("colour", COLOURS)
def test_a_limit_and_an_offset_among_the_parameters_count_as_well(colour: str) -> None:
    recorder = Recorder(runs(2), runs(2), runs(0))

    rows = every_row(
        colour, recorder, lambda client: client.runs.list("t", params={"limit": 2, "offset": 1})
    )

    assert len(rows) == 4
    assert recorder.lines == [
        "GET /threads/t/runs?limit=2&offset=1",
        "GET /threads/t/runs?limit=2&offset=3",
        "GET /threads/t/runs?limit=2&offset=5",
    ]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_limit_among_the_parameters_that_is_no_number_is_no_failure(colour: str) -> None:
    recorder = Recorder(runs(1))

    page = COLOURS[colour](recorder, lambda client: client.runs.list("t", params={"limit": "all"}))

    assert len(page) == 1
    assert page.next_cursor is None


@pytest.mark.parametrize("colour", COLOURS)
def test_history_goes_on_before_its_last_checkpoint(colour: str) -> None:
    recorder = Recorder(states("c4", "c3"), states("c2", "c1"), states())

    rows = every_row(
        colour, recorder, lambda client: client.threads.get_history("t", limit=2, metadata={"a": 1})
    )

    assert [row.checkpoint.checkpoint_id for row in rows] == ["c4", "c3", "c2", "c1"]
    asked = {"limit": 2, "metadata": {"a": 1}}
    assert recorder.bodies == [
        asked,
        asked | {"before": {"configurable": {"checkpoint_id": "c3"}}},
        asked | {"before": {"configurable": {"checkpoint_id": "c1"}}},
    ]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_page_of_history_has_a_checkpoint_as_its_cursor(colour: str) -> None:
    page = COLOURS[colour](
        Recorder(states("c4", "c3")), lambda client: client.threads.get_history("t", limit=2)
    )

    assert (page.next_cursor, page.has_more) == ("c3", True)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_server_that_repeats_a_history_ends_the_pages(colour: str) -> None:
    recorder = Recorder(states("c4", "c3"), states("c4", "c3"))

    rows = every_row(colour, recorder, lambda client: client.threads.get_history("t", limit=2))

    assert len(rows) == 4
    assert len(recorder.requests) == 2


@pytest.mark.parametrize("colour", COLOURS)
def test_history_without_checkpoints_is_one_page(colour: str) -> None:
    for page in (states(None, None), states(None), states()):
        recorder = Recorder(page)
        every_row(colour, recorder, lambda client: client.threads.get_history("t", limit=2))
        assert len(recorder.requests) == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_history_and_state_may_hold_selected_parts_only(colour: str) -> None:
    part = {"values": {"a": 1}}

    page = COLOURS[colour](
        Recorder(json_reply([part])),
        lambda client: client.threads.get_history("t", select=["values"]),
    )

    assert page[0].values == {"a": 1}
    with pytest.raises(AttributeError, match="'next': it was not selected"):
        _ = page[0].next


@pytest.mark.parametrize("colour", COLOURS)
def test_versions_end_where_the_server_has_no_more(colour: str) -> None:
    version = {key: value for key, value in ASSISTANT.items() if key != "updated_at"}
    recorder = Recorder(json_reply([version] * 2), json_reply({"detail": "no"}, 404))

    rows = every_row(colour, recorder, lambda client: client.assistants.get_versions("a", limit=2))

    assert len(rows) == 2
    assert recorder.bodies == [{"limit": 2}, {"limit": 2, "offset": 2}]


@pytest.mark.parametrize("colour", COLOURS)
def test_versions_of_no_assistant_are_not_found(colour: str) -> None:
    recorder = Recorder(json_reply({"detail": "no"}, 404))

    with pytest.raises(NotFoundError):
        COLOURS[colour](recorder, lambda client: client.assistants.get_versions("a"))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda client, **page: client.store.search_items(["n"], **page), "items"),
        (lambda client, **page: client.store.list_namespaces(**page), "namespaces"),
    ],
    ids=["items", "namespaces"],
)
def test_the_lists_of_the_store_are_pages_too(call: Any, key: str, colour: str) -> None:
    row = ["n"] if key == "namespaces" else item("k")
    recorder = Recorder(json_reply({key: [row] * 2}), json_reply({key: [row]}))

    rows = every_row(colour, recorder, lambda client: call(client, limit=2))

    assert len(rows) == 3
    assert recorder.bodies[1]["offset"] == 2


@pytest.mark.parametrize("colour", COLOURS)
def test_the_key_of_the_servers_object_gives_the_rows(colour: str) -> None:
    page = COLOURS[colour](
        Recorder(json_reply({"items": [item("k")]})),
        lambda client: client.store.search_items(["n"]),
    )

    assert [row["key"] for row in page["items"]] == ["k"]
    with pytest.raises(KeyError, match="namespaces"):
        _ = page["namespaces"]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_list_has_no_key(colour: str) -> None:
    page = COLOURS[colour](Recorder(threads("a")), lambda client: client.threads.search())

    with pytest.raises(KeyError, match="items"):
        _ = page["items"]


@pytest.mark.parametrize("colour", COLOURS)
def test_assistants_come_as_an_object_with_their_cursor(colour: str) -> None:
    for cursor in ("5", None):
        headers: dict[str, Any] = {"x_pagination_next": cursor} if cursor else {}
        found = COLOURS[colour](
            Recorder(json_reply([ASSISTANT], **headers)),
            lambda client: client.assistants.search(response_format="object"),
        )
        assert found["next"] == cursor
        assert [one["assistant_id"] for one in found["assistants"]] == ["a"]


@pytest.mark.parametrize("colour", COLOURS)
def test_selected_rows_hold_the_selected_fields_only(colour: str) -> None:
    page = COLOURS[colour](
        Recorder(json_reply([{"thread_id": "t"}])),
        lambda client: client.threads.search(select=["thread_id"]),
    )

    assert page[0].thread_id == page[0]["thread_id"] == "t"
    with pytest.raises(AttributeError, match="status"):
        _ = page[0].status


@pytest.mark.parametrize("colour", COLOURS)
def test_a_later_page_that_does_not_fit_fails_there(colour: str) -> None:
    recorder = Recorder(runs(10), json_reply({"detail": "odd"}))

    with pytest.raises(ResponseValidationError, match="does not fit"):
        every_row(colour, recorder, lambda client: client.runs.list("t"))


def test_the_next_page_can_be_fetched_alone() -> None:
    recorder = Recorder(threads("a", x_pagination_next="1"), threads("b"))
    with Client(BASE, api_key=None, transport=RecordingTransport(recorder)) as client:
        first = client.threads.search(limit=1)
        second = first.next_page()

        assert second is not None
        assert [row.thread_id for row in second] == ["b"]
        assert len(recorder.requests) == 2
        assert list(first) == [first[0]]  # a plain loop reads the one page


async def test_the_next_page_can_be_awaited_alone() -> None:
    recorder = Recorder(threads("a", x_pagination_next="1"), *[last("b")] * 2)
    transport = AsyncRecordingTransport(recorder)
    async with AsyncClient(BASE, api_key=None, transport=transport) as client:
        first = await client.threads.search(limit=1)
        second = await first.next_page()

        assert second is not None
        assert [row.thread_id for row in second] == ["b"]
        assert [row.thread_id async for row in first.all()] == ["a", "b"]


def test_rows_are_fetched_only_when_they_are_asked_for() -> None:
    recorder = Recorder(threads("a", "b", x_pagination_next="2"))
    with Client(BASE, api_key=None, transport=RecordingTransport(recorder)) as client:
        rows = client.threads.search(limit=2).all()

        assert [next(rows).thread_id, next(rows).thread_id] == ["a", "b"]
        assert len(recorder.requests) == 1


def test_two_loops_over_one_page_do_not_disturb_each_other() -> None:
    recorder = Recorder(threads("a", x_pagination_next="1"), *[last("b")] * 2)

    async def both(client: Any) -> list[list[str]]:
        page = await client.threads.search(limit=1)

        async def names() -> list[str]:
            return [row.thread_id async for row in page]

        return list(await asyncio.gather(names(), names()))

    assert COLOURS["async"](recorder, both) == [["a", "b"], ["a", "b"]]


def item(key: str) -> dict[str, Any]:
    now = "2026-01-02T03:04:05+00:00"
    return {"namespace": ["n"], "key": key, "value": {}, "created_at": now, "updated_at": now}
