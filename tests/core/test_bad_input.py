"""Arguments that cannot be sent: each error names the argument, and nothing goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta, timezone
from math import nan
from operator import attrgetter
from typing import Any, NamedTuple

import pytest
from tests.core.recording import COLOURS, Recorder, json_reply

from graphwire_core.errors import GraphwireError, InvalidArgumentError

CRON = {"schedule": "* * * * *"}
MODES = "'values', 'messages', 'updates', 'events', 'tasks', 'checkpoints', 'debug', 'custom'"
HUGE = 10**5000


class Bad(NamedTuple):
    """A call that is refused, and the words of the error."""

    call: str
    arguments: Sequence[Any]
    keywords: Mapping[str, Any]
    argument: str
    expected: str
    got: str

    def __repr__(self) -> str:
        return f"{self.call} {self.argument}"


BAD = [
    # A wrong word.
    Bad("threads.search", [], {"status": "x"}, "status", "'idle', 'busy'", "str 'x'"),
    Bad("threads.search", [], {"sort_by": "x"}, "sort_by", "'thread_id', 'status'", "str 'x'"),
    Bad("threads.search", [], {"sort_order": "up"}, "sort_order", "'asc' or 'desc'", "str 'up'"),
    Bad("threads.search", [], {"select": ["values", "x"]}, "select[1]", "'thread_id'", "str 'x'"),
    Bad("threads.create", [], {"if_exists": "x"}, "if_exists", "'raise' or", "str 'x'"),
    Bad("threads.prune", [["t"]], {"strategy": "x"}, "strategy", "'delete' or", "str 'x'"),
    Bad("assistants.search", [], {"sort_by": 5}, "sort_by", "'assistant_id'", "int 5"),
    Bad(
        "assistants.search",
        [],
        {"response_format": "xml"},
        "response_format",
        "one of 'array', 'object'",
        "str 'xml'",
    ),
    Bad("runs.create", ["t", "a"], {"stream_mode": "x"}, "stream_mode", MODES, "str 'x'"),
    Bad(
        "runs.stream",
        ["t", "a"],
        {"stream_mode": ["values", "x"]},
        "stream_mode[1]",
        MODES,
        "str 'x'",
    ),
    Bad("runs.stream", ["t", "a"], {"version": "v3"}, "version", "'v1' or 'v2'", "'v3'"),
    Bad("runs.join_stream", ["t", "r"], {"stream_mode": "x"}, "stream_mode", MODES, "str 'x'"),
    Bad("threads.join_stream", ["t"], {"stream_mode": "values"}, "stream_mode", "'run_modes'", ""),
    Bad("runs.wait", ["t", "a"], {"durability": "x"}, "durability", "'sync'", "str 'x'"),
    Bad("runs.wait", ["t", "a"], {"on_disconnect": True}, "on_disconnect", "'cancel'", "bool True"),
    Bad("runs.list", ["t"], {"status": "x"}, "status", "'pending'", "str 'x'"),
    Bad("runs.cancel", ["t", "r"], {"action": "kill"}, "action", "'interrupt' or", "str 'kill'"),
    Bad("runs.cancel_many", [], {"status": "x"}, "status", "'pending'", "str 'x'"),
    Bad("crons.create", ["a"], {**CRON, "on_run_completed": "x"}, "on_run_completed", "'del", "x"),
    # A wrong type.
    Bad("assistants.create", [5], {}, "graph_id", "a str", "int 5"),
    Bad("assistants.create", ["g", 5], {}, "config", "a Config or a mapping", "int 5"),
    Bad("assistants.create", ["g"], {"metadata": [1]}, "metadata", "a mapping", "list [1]"),
    Bad("assistants.create", ["g"], {"metadata": {1: 2}}, "metadata[1]", "a str", "int 1"),
    Bad("assistants.get_graph", ["a"], {"xray": "yes"}, "xray", "an int or a bool", "str 'yes'"),
    Bad("assistants.get_subgraphs", ["a", b"n"], {}, "namespace", "a str", "bytes b'n'"),
    Bad("assistants.delete", ["a"], {"delete_threads": 1}, "delete_threads", "a bool", "int 1"),
    Bad("assistants.set_latest", ["a", "1"], {}, "version", "an int", "str '1'"),
    Bad("assistants.set_latest", ["a", True], {}, "version", "an int", "bool True"),
    Bad("threads.get", ["t"], {"include": "ttl"}, "include", "a list", "str 'ttl'"),
    Bad("threads.create", [], {"supersteps": [5]}, "supersteps[0]", "a ThreadSuperstep", "int 5"),
    Bad("threads.create", [], {"ttl": "5"}, "ttl", "a timedelta or a Ttl", "str '5'"),
    Bad("threads.create", [], {"ttl": True}, "ttl", "an int", "bool True"),
    Bad("threads.create", [], {"ttl": -1}, "ttl", "of 0 or more", "int -1"),
    Bad("threads.create", [], {"ttl": nan}, "ttl", "minutes as a number", "float nan"),
    Bad("threads.create", [], {"ttl": {"ttl": "x"}}, "ttl.ttl", "minutes", "str 'x'"),
    Bad("threads.search", [], {"ids": "t"}, "ids", "a list", "str 't'"),
    Bad("threads.search", [], {"ids": {"t"}}, "ids", "a list", "set {'t'}"),
    Bad("threads.search", [], {"ids": iter("t")}, "ids", "a list", "str_"),
    Bad("threads.search", [], {"extract": {"a": 1}}, "extract", "a str", "int 1"),
    Bad("threads.get_state", ["t", "cid"], {}, "checkpoint", "a Checkpoint or a mapping", "'cid'"),
    Bad("threads.get_state", ["t"], {"values": "State"}, "values", "a type", "str 'State'"),
    Bad("threads.get_state", ["t"], {"values": 5}, "values", "a type", "5"),
    Bad("threads.get_history", ["t"], {"before": 5}, "before", "a str or a Checkpoint", "int 5"),
    Bad("runs.create", ["t", "a"], {"command": "go"}, "command", "a Command or a mapping", "'go'"),
    Bad(
        "runs.create", ["t", "a"], {"interrupt_before": "n"}, "interrupt_before", "'*' or a", "'n'"
    ),
    Bad("runs.create", ["t", "a"], {"interrupt_after": [1]}, "interrupt_after[0]", "a str", "int"),
    Bad("runs.create", ["t", "a"], {"after_seconds": "9"}, "after_seconds", "a number", "str '9'"),
    Bad("runs.create", ["t", "a"], {"webhook": b"w"}, "webhook", "a str", "bytes b'w'"),
    Bad("runs.wait", ["t", "a"], {"feedback_keys": "f"}, "feedback_keys", "a list", "str 'f'"),
    Bad("runs.wait", ["t", "a"], {"output": 5}, "output", "a type", "5"),
    Bad("runs.join", ["t", "r"], {"output": "State"}, "output", "a type", "str 'State'"),
    Bad("runs.create_batch", ["ab"], {}, "payloads", "a list", "str 'ab'"),
    Bad("runs.create_batch", [[]], {}, "payloads", "at least one run", "an empty list"),
    Bad("runs.create_batch", [[5]], {}, "payloads[0]", "a RunCreate or a mapping", "int 5"),
    Bad("runs.create_batch", [[{}]], {}, "payloads[0].assistant_id", "a str or a UUID", "None"),
    Bad(
        "runs.create_batch",
        [[{"assistant_id": "a"}, {"assistant_id": "a", "on_disconnect": "x"}]],
        {},
        "payloads[1].on_disconnect",
        "'cancel' or 'continue'",
        "str 'x'",
    ),
    Bad(
        "runs.create_batch",
        [[{"assistant_id": "a", "asistant": "b"}]],
        {},
        "payloads[0]",
        "keys of a RunCreate",
        "str 'asistant'",
    ),
    Bad("runs.cancel_many", [], {}, "status", "a status, or thread_id and run_ids", "neither"),
    Bad("runs.cancel_many", [], {"thread_id": "t"}, "status", "a status, or", "neither"),
    Bad("crons.create", ["a"], {"schedule": 5}, "schedule", "a str", "int 5"),
    Bad("crons.create", ["a"], {**CRON, "end_time": "2026"}, "end_time", "a datetime", "'2026'"),
    Bad(
        "crons.create", ["a"], {**CRON, "end_time": date(2026, 1, 1)}, "end_time", "a datetime", ""
    ),
    Bad("crons.create", ["a"], {**CRON, "timezone": 5}, "timezone", "a str or a tzinfo", "int 5"),
    Bad(
        "crons.create",
        ["a"],
        {**CRON, "timezone": timezone(timedelta(hours=5))},
        "timezone",
        "an IANA timezone such as 'Europe/Paris'",
        "ZoneInfo('Etc/GMT-5')",
    ),
    Bad("crons.create", ["a"], {**CRON, "timezone": ""}, "timezone", "an IANA timezone", "str ''"),
    Bad("crons.update", ["c"], {"enabled": "no"}, "enabled", "a bool", "str 'no'"),
    Bad("server.ok", [], {"check_db": 1}, "check_db", "a bool", "int 1"),
    # To the server no filter at all.
    Bad("threads.search", [], {"ids": []}, "ids", "at least one id", "an empty list"),
    # A number out of range.
    Bad("threads.search", [], {"limit": 0}, "limit", "1 to 1000", "int 0"),
    Bad("assistants.search", [], {"limit": 1001}, "limit", "1 to 1000", "int 1001"),
    Bad("assistants.search", [], {"offset": -1}, "offset", "0 or more", "int -1"),
    Bad("assistants.get_versions", ["a"], {"limit": -1}, "limit", "1 to 1000", "int -1"),
    Bad("threads.get_history", ["t"], {"limit": 10**9}, "limit", "1 to 1000", "int 1000000000"),
    Bad("runs.list", ["t"], {"limit": HUGE}, "limit", "1 to 1000", "int"),
    Bad("runs.list", ["t"], {"offset": -HUGE}, "offset", "0 or more", "int"),
    Bad("crons.search", [], {"limit": "5"}, "limit", "an int", "str '5'"),
    Bad("store.search_items", [["a"]], {"limit": 5.0}, "limit", "an int", "float 5.0"),
    Bad("store.list_namespaces", [], {"offset": -2}, "offset", "0 or more", "int -2"),
    # A namespace, a key, a value.
    Bad("store.put_item", ["ab", "k", {}], {}, "namespace", "a list", "str 'ab'"),
    Bad("store.put_item", [b"ab", "k", {}], {}, "namespace", "a list", "bytes b'ab'"),
    Bad("store.put_item", [[], "k", {}], {}, "namespace", "at least one label", "an empty list"),
    Bad("store.put_item", [["a", "b.c"], "k", {}], {}, "namespace[1]", "without periods", "'b.c'"),
    Bad("store.put_item", [["a", ""], "k", {}], {}, "namespace[1]", "a label", "str ''"),
    Bad("store.put_item", [["a", 5], "k", {}], {}, "namespace[1]", "a str", "int 5"),
    Bad("store.put_item", [["a"], "", {}], {}, "key", "a key", "an empty string"),
    Bad("store.put_item", [["a"], None, {}], {}, "key", "a str", "NoneType None"),
    Bad("store.put_item", [["a"], "k", [1]], {}, "value", "a mapping, a model", "list [1]"),
    Bad("store.put_item", [["a"], "k", None], {}, "value", "a mapping, a model", "NoneType None"),
    Bad("store.put_item", [["a"], "k", {}, True], {}, "index", "False or a list", "bool True"),
    Bad("store.put_item", [["a"], "k", {}, None, -5], {}, "ttl", "of 0 or more", "int -5"),
    Bad("store.get_item", [["a."], "k"], {}, "namespace[0]", "without periods", "str 'a.'"),
    Bad("store.delete_item", [["a.b"], "k"], {}, "namespace[0]", "without periods", "str 'a.b'"),
    Bad("store.search_items", [["."]], {}, "namespace_prefix[0]", "without periods", "str '.'"),
    Bad("store.list_namespaces", [["a.b"]], {}, "prefix[0]", "without periods", "str 'a.b'"),
    Bad("store.list_namespaces", [None, "ab"], {}, "suffix", "a list", "str 'ab'"),
    # An endpoint of the caller's own.
    Bad("request", ["GE T", "/x"], {}, "method", "an HTTP method", "str 'GE T'"),
    Bad("request", ["GET", "x"], {}, "path", "a path below", "str 'x'"),
    Bad("request", ["GET", "//evil.test/x"], {}, "path", "a path below", "str '//evil"),
    Bad("request", ["GET", "/x?a=1"], {}, "path", "a quoted path without query", "str '/x?a=1'"),
    Bad("request", ["GET", "/é"], {}, "path", "a quoted path", "str '/é'"),
    Bad("request", ["GET", "/x y"], {}, "path", "a quoted path", "str '/x y'"),
]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("bad", BAD, ids=repr)
def test_a_bad_argument_is_named_and_nothing_is_sent(bad: Bad, colour: str) -> None:
    error = refused(colour, bad.call, *bad.arguments, **bad.keywords)

    assert error.argument == bad.argument
    assert bad.expected in error.expected
    assert bad.got in error.got
    assert str(error) == f"{error.argument}: expected {error.expected}, got {error.got}"
    assert len(str(error)) < 500


def refused(colour: str, call: str, *arguments: Any, **keywords: Any) -> InvalidArgumentError:
    recorder = Recorder()
    with pytest.raises(InvalidArgumentError) as caught:
        COLOURS[colour](recorder, lambda client: attrgetter(call)(client)(*arguments, **keywords))
    assert recorder.requests == []
    assert isinstance(caught.value, GraphwireError)
    assert isinstance(caught.value, ValueError)
    return caught.value


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "call",
    [
        "runs.create",
        "runs.wait",
        "runs.stream",
        "crons.create_for_thread",
        "threads.search",
        "assistants.search",
    ],
)
def test_an_unknown_keyword_is_a_type_error_that_names_it(call: str, colour: str) -> None:
    recorder = Recorder()
    arguments = [] if call.endswith("search") else ["t", "a"]
    keywords = CRON if call.startswith("crons") else {}

    def use(client: Any) -> Any:
        return attrgetter(call)(client)(*arguments, **keywords, streem_mode="values")

    with pytest.raises(TypeError, match=r"unexpected keyword argument 'streem_mode'"):
        COLOURS[colour](recorder, use)
    assert recorder.requests == []


@pytest.mark.parametrize("colour", COLOURS)
def test_an_update_that_changes_nothing_is_refused(colour: str) -> None:
    recorder = Recorder()

    with pytest.raises(TypeError, match="at least one field"):
        COLOURS[colour](recorder, lambda client: client.crons.update("c", enabled=None))
    assert recorder.requests == []


def test_a_deprecated_keyword_is_an_error_where_warnings_are() -> None:
    recorder = Recorder()

    with pytest.raises(DeprecationWarning, match="use durability"):
        COLOURS["sync"](
            recorder, lambda client: client.runs.create("t", "a", checkpoint_during=True)
        )
    assert recorder.requests == []


BODIES: list[tuple[str, Sequence[Any], Mapping[str, Any], str]] = [
    ("runs.create", ["t", "a"], {"input": {"x": [nan]}}, "input.x[0]"),
    ("runs.wait", ["t", "a"], {"command": {"resume": {nan}}}, "command.resume[0]"),
    ("runs.stream", [None, "a"], {"context": object()}, "context"),
    ("runs.create_batch", [[{"assistant_id": "a", "input": nan}]], {}, "payloads[0].input"),
    ("threads.create", [], {"metadata": {"x": b"x"}}, "metadata.x"),
    ("threads.update_state", ["t", {"x": HUGE}], {}, "values.x"),
    ("assistants.create", ["g"], {"name": "\ud800"}, "name"),
    ("crons.create", ["a"], {**CRON, "input": iter("")}, "input"),
    ("store.put_item", [["n"], "k", {"x": nan}], {}, "value.x"),
    ("store.search_items", [["n"]], {"filter": {"x": {"$gt": nan}}}, "filter.x.$gt"),
    ("request", ["POST", "/x"], {"json": {"x": nan}}, "json.x"),
    ("request", ["POST", "/x"], {"json": nan}, "json"),
]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("call", "arguments", "keywords", "argument"), BODIES)
def test_a_value_without_a_json_form_is_named_by_its_argument(
    call: str, arguments: Sequence[Any], keywords: Mapping[str, Any], argument: str, colour: str
) -> None:
    assert refused(colour, call, *arguments, **keywords).argument == argument


@pytest.mark.parametrize("colour", COLOURS)
def test_ten_megabytes_of_input_are_sent_exactly(colour: str) -> None:
    recorder = Recorder(json_reply({}))
    given = {"text": "é0123456789\n" * 900_000, "number": 10**4000, "deep": [[[{}]]]}

    COLOURS[colour](recorder, lambda client: client.runs.wait("t", "a", input=given))

    request = recorder.requests[0]
    assert len(request.content) > 10_000_000
    assert request.headers["content-length"] == str(len(request.content))
    assert json.loads(request.content)["input"] == given
