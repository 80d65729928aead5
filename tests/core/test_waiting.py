"""Waiting for a run: a cut connection is taken up again, and a failure is an error."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Annotated, Any, TypedDict

import pytest
from pydantic import BaseModel
from tests.core.recording import COLOURS, Recorder, Reply, json_reply
from tests.core.requests_table import RUN

from graphwire_core import Retry
from graphwire_core.errors import (
    BadRequestError,
    ConnectionFailed,
    InvalidArgumentError,
    NotFoundError,
    RequestTimeout,
    ResponseValidationError,
    RunFailedError,
    TransportError,
)

NAMED = {"content-location": "/threads/t%2F1/runs/r"}
CUT = Reply(b"\n\n", headers=NAMED, cut=TransportError("cut"))
DONE = json_reply({"answer": 42})
FAILED = json_reply({"__error__": {"error": "ValueError", "message": "kaboom"}})
BUSY = json_reply({"detail": "busy"}, 503)
WAIT = "POST /threads/t%2F1/runs/wait"
JOIN = "GET /threads/t%2F1/runs/r/join"

Call = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """No pauses, and a clock that goes on by some seconds each time it is read."""
    modules = [importlib.import_module(f"graphwire_core._{colour}._waiting") for colour in COLOURS]
    for module in modules:
        monkeypatch.setattr(module, "REJOIN", Retry(attempts=4, base_delay=0.0))

    def ticks(seconds: int) -> None:
        for module in modules:
            monkeypatch.setattr(module, "monotonic", partial(next, count(0, seconds)))

    ticks(0)
    return ticks


def wait(client: Any) -> Any:
    return client.runs.wait("t/1", "agent", input={})


def join(client: Any) -> Any:
    return client.runs.join("t/1", "r")


@pytest.mark.parametrize("colour", COLOURS)
def test_the_outcome_of_a_run_is_what_its_graph_left(colour: str) -> None:
    recorder = Recorder(Reply(b"\n\n\n" + DONE.body + b"\n", headers=NAMED))

    assert COLOURS[colour](recorder, wait) == {"answer": 42}
    assert recorder.lines == [WAIT]
    assert recorder.responses[0].closed


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "outcome",
    [{}, None, [], {"__interrupt__": [{"value": "?", "id": "i"}]}, {"__error__": "a word"}],
)
def test_an_outcome_of_any_form_is_returned_as_it_came(outcome: Any, colour: str) -> None:
    assert COLOURS[colour](Recorder(json_reply(outcome)), wait) == outcome


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "cut",
    [
        CUT,
        Reply(b'{"answer', headers=NAMED, cut=RequestTimeout("late")),
        Reply(b"", headers=NAMED, cut=ConnectionFailed("reset")),
        # Cut so that it looks complete: no server answers a wait with nothing.
        Reply(b"\n\n\n", headers=NAMED),
        Reply(b"", headers=NAMED),
    ],
)
def test_a_wait_that_is_cut_joins_the_run_again(cut: Reply, colour: str) -> None:
    recorder = Recorder(cut, CUT, DONE)

    assert COLOURS[colour](recorder, wait) == {"answer": 42}
    assert recorder.lines == [WAIT, JOIN, JOIN]
    assert recorder.bodies[1:] == [None, None]
    assert all(response.closed for response in recorder.responses)


@pytest.mark.parametrize("colour", COLOURS)
def test_joining_again_survives_a_server_that_restarts(colour: str) -> None:
    recorder = Recorder(CUT, ConnectionFailed("refused"), BUSY, DONE)

    assert COLOURS[colour](recorder, wait) == {"answer": 42}


@pytest.mark.parametrize("colour", COLOURS)
def test_a_callers_headers_and_parameters_go_with_every_request(colour: str) -> None:
    recorder = Recorder(CUT, DONE)

    COLOURS[colour](
        recorder,
        lambda client: client.runs.wait("t/1", "a", headers={"X": "1"}, params={"tenant": "a"}),
    )

    assert recorder.lines == [f"{WAIT}?tenant=a", f"{JOIN}?tenant=a"]
    assert [request.headers["x"] for request in recorder.requests] == ["1", "1"]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_stateless_run_is_joined_on_the_thread_that_the_server_names(colour: str) -> None:
    recorder = Recorder(CUT, DONE)

    COLOURS[colour](recorder, lambda client: client.runs.wait(None, "agent"))

    assert recorder.lines == ["POST /runs/wait", JOIN]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    "headers", [{}, {"content-location": "/runs/r"}, {"content-location": "?"}]
)
def test_a_run_that_the_server_does_not_name_cannot_be_joined(
    headers: dict[str, str], colour: str
) -> None:
    recorder = Recorder(Reply(b"\n", headers=headers, cut=TransportError("cut")))

    with pytest.raises(TransportError, match=r"^cut \(POST /threads/t%2F1/runs/wait\)$"):
        COLOURS[colour](recorder, wait)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("call", [wait, join])
@pytest.mark.parametrize("failure", [ConnectionFailed("refused"), TransportError("cut")])
def test_a_request_that_was_never_answered_is_no_run_to_join(
    failure: TransportError, call: Call, colour: str
) -> None:
    recorder = Recorder(failure)

    with pytest.raises(type(failure)):
        COLOURS[colour](recorder, call)
    assert len(recorder.requests) == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_a_connection_that_is_cut_at_once_again_and_again_is_given_up(colour: str) -> None:
    recorder = Recorder(*[CUT] * 4)

    with pytest.raises(TransportError, match=r"^cut"):
        COLOURS[colour](recorder, wait)
    assert recorder.lines == [WAIT, JOIN, JOIN, JOIN]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_connection_that_held_for_a_while_starts_the_count_anew(
    colour: str, clock: Callable[[int], None]
) -> None:
    clock(6)
    recorder = Recorder(*[CUT] * 20, DONE)

    assert COLOURS[colour](recorder, wait) == {"answer": 42}


@pytest.mark.parametrize("colour", COLOURS)
def test_a_server_that_stays_away_is_given_up_however_long_the_wait_held(
    colour: str, clock: Callable[[int], None]
) -> None:
    clock(6)
    recorder = Recorder(CUT, *[ConnectionFailed("refused")] * 3)

    with pytest.raises(ConnectionFailed, match="refused"):
        COLOURS[colour](recorder, wait)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_run_that_is_gone_after_the_cut_is_a_lost_connection(colour: str) -> None:
    recorder = Recorder(CUT, json_reply({"detail": "Thread not found"}, 404))

    with pytest.raises(TransportError, match="joining the run again failed: Thread not") as caught:
        COLOURS[colour](recorder, wait)

    assert type(caught.value) is TransportError
    assert isinstance(caught.value.__cause__, NotFoundError)
    assert caught.value.path == "/threads/t%2F1/runs/r/join"


@pytest.mark.parametrize("colour", COLOURS)
def test_a_refused_wait_is_the_error_of_its_status(colour: str) -> None:
    recorder = Recorder(json_reply({"detail": "no"}, 400))

    with pytest.raises(BadRequestError, match=r"^no \(status 400, POST /threads"):
        COLOURS[colour](recorder, wait)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("body", [b"<html>", b'{"answer": 4'])
def test_an_outcome_that_is_no_json_is_not_waited_for_again(body: bytes, colour: str) -> None:
    recorder = Recorder(Reply(body, headers=NAMED))

    with pytest.raises(ResponseValidationError, match="Expected JSON") as caught:
        COLOURS[colour](recorder, wait)

    assert (caught.value.method, caught.value.path) == ("POST", "/threads/t%2F1/runs/wait")


@pytest.mark.parametrize("colour", COLOURS)
def test_the_run_is_announced_once_and_before_its_outcome(colour: str) -> None:
    announced: list[Any] = []
    recorder = Recorder(CUT, Reply(b"\n", headers=NAMED, cut=TransportError("cut")), DONE)

    def seen(run: Any) -> None:
        announced.append((run.run_id, run.thread_id, len(recorder.requests)))

    COLOURS[colour](recorder, lambda client: client.runs.wait("t/1", "agent", on_run_created=seen))

    assert announced == [("r", "t/1", 1)]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_created_run_is_announced_from_its_own_body(colour: str) -> None:
    announced: list[Any] = []

    run = COLOURS[colour](
        Recorder(json_reply(RUN)),
        lambda client: client.runs.create("t", "a", on_run_created=announced.append),
    )

    assert [(one["run_id"], one["thread_id"]) for one in announced] == [("r", "t")]
    assert run.run_id == "r"


@pytest.mark.parametrize("colour", COLOURS)
def test_what_the_announcement_raises_closes_the_connection(colour: str) -> None:
    recorder = Recorder(Reply(DONE.body, headers=NAMED))

    def fail(_: Any) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        COLOURS[colour](
            recorder, lambda client: client.runs.wait("t", "agent", on_run_created=fail)
        )
    assert recorder.responses[0].closed


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("call", [wait, join])
def test_a_failed_run_is_an_error_with_the_servers_words(call: Call, colour: str) -> None:
    recorder = Recorder(Reply(FAILED.body, headers=NAMED))

    with pytest.raises(RunFailedError) as caught:
        COLOURS[colour](recorder, call)

    error = caught.value
    assert (error.type, error.message) == ("ValueError", "kaboom")
    assert (error.run_id, error.thread_id) == ("r", "t/1")
    assert f"{error.method} {error.path}" == (WAIT if call is wait else JOIN)
    assert error.body == {"__error__": {"error": "ValueError", "message": "kaboom"}}


@pytest.mark.parametrize("colour", COLOURS)
def test_a_joined_run_is_named_even_where_the_server_does_not(colour: str) -> None:
    with pytest.raises(RunFailedError) as caught:
        COLOURS[colour](Recorder(FAILED), join)

    assert (caught.value.run_id, caught.value.thread_id) == ("r", "t/1")


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("failure", "kind", "message"),
    [
        ({}, None, "the run failed"),
        ({"error": "E"}, "E", "the run failed"),
        ({"error": 5, "message": None}, "5", "None"),
        ({"error": {"a": 1}, "message": "m" * 10_000_000}, "{'a': 1}", "m" * 10_000_000),
    ],
    ids=["nothing", "type only", "odd", "huge"],
)
def test_a_failure_of_any_form_is_a_failed_run(
    failure: Any, kind: str | None, message: str, colour: str
) -> None:
    with pytest.raises(RunFailedError) as caught:
        COLOURS[colour](Recorder(json_reply({"__error__": failure})), wait)

    assert (caught.value.type, caught.value.message) == (kind, message)
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize("colour", COLOURS)
def test_a_failure_can_be_returned_instead(colour: str) -> None:
    calls: list[Call] = [
        lambda client: client.runs.wait("t", "agent", raise_error=False),
        lambda client: client.runs.join("t", "r", raise_error=False),
    ]
    for call in calls:
        outcome = COLOURS[colour](Recorder(FAILED), call)
        assert outcome == {"__error__": {"error": "ValueError", "message": "kaboom"}}


@pytest.mark.parametrize("colour", COLOURS)
def test_a_join_that_is_cut_is_sent_again_as_it_was(colour: str) -> None:
    recorder = Recorder(Reply(b"\n", cut=TransportError("cut")), Reply(b"\n"), DONE)

    outcome = COLOURS[colour](
        recorder,
        lambda client: client.runs.join("t/1", "r", cancel_on_disconnect=False, params={"z": 1}),
    )

    assert outcome == {"answer": 42}
    assert recorder.lines == [f"{JOIN}?cancel_on_disconnect=false&z=1"] * 3


@pytest.mark.parametrize("colour", COLOURS)
def test_joining_a_run_that_does_not_exist_is_not_found(colour: str) -> None:
    absent = {"__error__": {"error": "HTTPException", "message": "404: Run not found"}}
    for reply in (json_reply({"detail": "no"}, 404), json_reply(absent)):
        with pytest.raises(NotFoundError) as caught:
            COLOURS[colour](Recorder(reply), join)
        assert caught.value.status_code == 404


@pytest.mark.parametrize("colour", COLOURS)
def test_a_cancellation_that_waits_and_is_cut_waits_for_the_run(colour: str) -> None:
    recorder = Recorder(Reply(b"\n", cut=TransportError("cut")), json_reply({}))

    COLOURS[colour](recorder, lambda client: client.runs.cancel("t/1", "r", wait=True))

    assert recorder.lines == ["POST /threads/t%2F1/runs/r/cancel?wait=1", JOIN]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_cancellation_that_never_arrived_fails(colour: str) -> None:
    recorder = Recorder(TransportError("cut"))

    with pytest.raises(TransportError, match="cut"):
        COLOURS[colour](recorder, lambda client: client.runs.cancel("t", "r", wait=True))
    assert len(recorder.requests) == 1


class Answer42(BaseModel):
    answer: int


class State(TypedDict):
    answer: int


class Unhashable(list[str]):
    """Metadata that has no hash, as no list has."""


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (Answer42, Answer42(answer=42)),
        (State, {"answer": 42}),
        (State | None, {"answer": 42}),
        (dict[str, int], {"answer": 42}),
        (Annotated[dict[str, int], Unhashable()], {"answer": 42}),
        (object, {"answer": 42}),
    ],
    ids=["model", "typed dict", "union", "generic", "unhashable", "object"],
)
def test_an_outcome_can_be_of_the_callers_own_type(output: Any, expected: Any, colour: str) -> None:
    calls: list[Call] = [
        lambda client: client.runs.wait("t", "agent", output=output),
        lambda client: client.runs.join("t", "r", output=output),
        lambda client: client.request("GET", "/x", output=output),
    ]
    for call in calls:
        outcome = COLOURS[colour](Recorder(DONE), call)
        assert outcome == expected
        assert type(outcome) is type(expected)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("output", [Answer42, State])
def test_an_outcome_that_is_not_of_that_type_names_the_field(output: Any, colour: str) -> None:
    recorder = Recorder(json_reply({"answer": "many"}))

    with pytest.raises(ResponseValidationError) as caught:
        COLOURS[colour](recorder, lambda client: client.runs.wait("t/1", "agent", output=output))

    error = caught.value
    assert error.message.startswith("The output of the run does not fit: answer: ")
    assert error.field == "answer"
    assert "many" in error.excerpt
    assert f"{error.method} {error.path}" == WAIT


@pytest.mark.parametrize("colour", COLOURS)
def test_a_failed_run_is_no_output(colour: str) -> None:
    with pytest.raises(RunFailedError, match="kaboom"):
        COLOURS[colour](
            Recorder(FAILED), lambda client: client.runs.wait("t", "agent", output=State)
        )


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("output", [5, "State", lambda: None, list["Missing"]])  # type: ignore[name-defined]  # noqa: F821
def test_what_is_no_type_is_refused_before_the_run_starts(output: Any, colour: str) -> None:
    recorder = Recorder()

    with pytest.raises(InvalidArgumentError, match=r"^output: expected a type"):
        COLOURS[colour](recorder, lambda client: client.runs.wait("t", "agent", output=output))
    assert recorder.requests == []


@pytest.mark.parametrize("colour", COLOURS)
def test_the_values_of_a_state_can_be_of_the_callers_own_type(colour: str) -> None:
    def read(kind: Any) -> Any:
        recorder = Recorder(json_reply({"values": {"answer": 42}, "next": []}))
        return COLOURS[colour](recorder, lambda c: c.threads.get_state("t", values=kind)).values

    assert read(Answer42) == Answer42(answer=42)
    assert read(State) == {"answer": 42}
    misfit = Recorder(json_reply({"values": {"answer": "many"}, "next": []}))
    with pytest.raises(ResponseValidationError, match=r"values\.answer"):
        COLOURS[colour](misfit, lambda client: client.threads.get_state("t", values=State))
