"""Headers and parameters of one call: what cannot be sent is refused, and no secret is shown."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from tests.core.recording import BASE, COLOURS, Recorder, json_reply

from graphwire import AsyncClient, Client
from graphwire_core.errors import ConfigurationError, GraphwireError, InvalidArgumentError

SECRET = "s3cr3t-t0ken"

LINE = "one line of printable ASCII"
BAD_HEADERS: dict[str, tuple[Any, str, str]] = {
    "line break": ({"authorization": f"{SECRET}\n"}, "headers['authorization']", LINE),
    "injected header": ({"x": f"a\r\nauthorization: {SECRET}"}, "headers['x']", LINE),
    "nul": ({"x": f"{SECRET}\0"}, "headers['x']", LINE),
    "control": ({"x": f"\x1b{SECRET}"}, "headers['x']", LINE),
    "not ascii": ({"x": f"é{SECRET}"}, "headers['x']", LINE),
    "bytes": ({"x": SECRET.encode()}, "headers['x']", "text"),
    "none": ({"x": None}, "headers['x']", "text"),
    "number": ({"x": 5}, "headers['x']", "text"),
    "name with a space": ({"authorization ": SECRET}, "headers", "a header's name"),
    "name with a line break": ({"a\nb": SECRET}, "headers", "a header's name"),
    "name that is a whole header": ({f"x: {SECRET}": ""}, "headers", "a header's name"),
    "empty name": ({"": SECRET}, "headers", "a header's name"),
    "name of bytes": ({SECRET.encode(): "x"}, "headers", "names that are text"),
    "list of pairs": ([("authorization", SECRET)], "headers", "a mapping of names to values"),
    "text": (f"authorization: {SECRET}", "headers", "a mapping of names to values"),
}

PAIRS = "a mapping or a list of pairs"
VALUE = "text, a number or a list"
BAD_PARAMS: dict[str, tuple[Any, str, str]] = {
    "text": (f"token={SECRET}", "params", PAIRS),
    "bytes": (SECRET.encode(), "params", PAIRS),
    "number": (5, "params", PAIRS),
    "list of names": (["a", "b"], "params", PAIRS),
    "list of triples": ([("a", 1, 2)], "params", PAIRS),
    "set": ({("a", 1)}, "params", PAIRS),
    "name of bytes": ({b"a": 1}, "params", "names that are text"),
    "value of bytes": ({"a": b"x"}, "params.a", VALUE),
    "value that is a set": ({"a": {1}}, "params.a", VALUE),
    "nested list": ({"a": [1, [2]]}, "params.a", VALUE),
    "surrogate": ({"a": "\ud800"}, "params.a", VALUE),
    "name with a surrogate": ({"\ud800": 1}, "params", VALUE),
    "too many digits": ({"a": 10**5000}, "params.a", VALUE),
}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("headers", "argument", "expected"), BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_a_bad_header_is_named_and_its_value_never_shown(
    headers: Any, argument: str, expected: str, colour: str
) -> None:
    error = refused(colour, lambda client: client.threads.get("t", headers=headers))

    assert (error.argument, error.expected) == (argument, expected)
    assert SECRET not in "".join(traceback.format_exception(error))
    assert SECRET not in str(error) + repr(error)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("name", ["x-api-key", "X-Api-Key", "X-API-KEY"])
@pytest.mark.parametrize("key", [None, "the client's own"])
def test_the_header_of_the_key_is_reserved_whatever_its_case(
    colour: str, name: str, key: str | None
) -> None:
    recorder = Recorder()
    with pytest.raises(InvalidArgumentError) as caught:
        COLOURS[colour](
            recorder,
            lambda client: client.threads.get("t", headers={"x-other": "a", name: SECRET}),
            api_key=key,
        )
    assert recorder.requests == []
    assert caught.value.argument == f"headers[{name!r}]"
    assert "the key is api_key= of the client or of with_options()" in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("colour", COLOURS)
def test_how_a_body_is_framed_is_not_the_callers_to_say(colour: str) -> None:
    recorder = Recorder(json_reply({}))
    framing = {"Content-Length": "7", "Transfer-Encoding": "chunked"}

    COLOURS[colour](
        recorder,
        lambda client: client.request("POST", "/x", json={}, headers=framing),
        headers=framing,
    )

    headers = recorder.requests[0].headers
    assert headers["content-length"] == "2"
    assert "transfer-encoding" not in headers


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("params", "argument", "expected"), BAD_PARAMS.values(), ids=BAD_PARAMS)
def test_a_bad_parameter_is_named(params: Any, argument: str, expected: str, colour: str) -> None:
    error = refused(colour, lambda client: client.threads.get("t", params=params))

    assert (error.argument, error.expected) == (argument, expected)
    assert SECRET not in str(error)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.runs.join_stream("t", "r", last_event_id="1\r\nx: y"),
        lambda client: client.threads.join_stream("t", last_event_id="é"),
    ],
)
def test_an_event_id_that_is_no_header_is_named(call: Callable[[Any], Any], colour: str) -> None:
    assert refused(colour, call).argument == "last_event_id"


@pytest.mark.parametrize("colour", COLOURS)
def test_spaces_around_the_value_of_a_header_are_not_part_of_it(colour: str) -> None:
    recorder = Recorder(json_reply({"version": "1"}))

    COLOURS[colour](
        recorder,
        lambda client: client.server.info(headers={"X-A": " \ta b\t "}),
        headers={"X-B": " c "},
    )

    headers = recorder.requests[0].headers
    assert (headers["x-a"], headers["x-b"]) == ("a b", "c")


@pytest.mark.parametrize("client", [AsyncClient, Client])
@pytest.mark.parametrize("headers", [value[0] for value in BAD_HEADERS.values()], ids=BAD_HEADERS)
def test_a_clients_own_bad_header_is_refused_when_it_is_made(
    headers: Any, client: type[Any]
) -> None:
    with pytest.raises(ConfigurationError, match="headers") as caught:
        client(BASE, api_key=None, headers=headers)

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("client", [AsyncClient, Client])
@pytest.mark.parametrize("key", [f"{SECRET}\nx", f"é{SECRET}", f"{SECRET}\0", 5, SECRET.encode()])
def test_an_api_key_that_is_no_header_is_refused_and_not_shown(key: Any, client: type[Any]) -> None:
    with pytest.raises(ConfigurationError, match="api_key") as caught:
        client(BASE, api_key=key)

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("colour", COLOURS)
def test_no_error_of_a_call_shows_a_credential(colour: str) -> None:
    bodies: list[Any] = [{"detail": "no"}, "<html>", [], None]
    for status in (200, 302, 401, 500):
        for body in bodies:
            recorder = Recorder(json_reply(body, status))
            with pytest.raises(GraphwireError) as caught:
                COLOURS[colour](
                    recorder,
                    lambda client: client.threads.get("t", headers={"X-Other": SECRET + "2"}),
                    api_key=SECRET,
                    headers={"Authorization": SECRET + "1"},
                )
            assert recorder.requests[0].headers["x-api-key"] == SECRET
            error = caught.value
            assert SECRET not in str(error) + repr(error) + repr(vars(error))


def refused(colour: str, call: Callable[[Any], Any]) -> InvalidArgumentError:
    recorder = Recorder()
    with pytest.raises(InvalidArgumentError) as caught:
        COLOURS[colour](recorder, call)
    assert recorder.requests == []
    return caught.value
