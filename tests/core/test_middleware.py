"""Middleware around every attempt, in both colours; the log lines are one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.core.recording import COLOURS, STREAM, Recorder, Reply, json_reply

from graphwire_core import AsyncClient, Client, Retry
from graphwire_core.errors import ConnectionFailed, PluginError, TransportError
from graphwire_core.plugins import (
    Attempt,
    MiddlewareFlow,
    MiddlewareRegistry,
    Outcome,
    hookimpl,
)

OK = json_reply({"ok": True})


@pytest.fixture(params=COLOURS)
def colour(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """The logger of the SDK, left as it was."""
    logger = logging.getLogger("graphwire")
    level, handlers = logger.level, list(logger.handlers)
    monkeypatch.delenv("GRAPHWIRE_LOG", raising=False)
    yield logger
    logger.setLevel(level)
    logger.handlers[:] = handlers


class Watching:
    """Notes what it sees in a list that several may share."""

    def __init__(self, name: str = "", notes: list[Any] | None = None) -> None:
        self.name = name
        self.notes: list[Any] = [] if notes is None else notes
        self.attempts: list[Attempt] = []
        self.outcomes: list[Outcome] = []

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        self.notes.append(f"{self.name} begins")
        self.attempts.append(attempt)
        headers = {**attempt.request.headers, f"x-{self.name}": "seen"}
        outcome = yield replace(attempt.request, headers=headers)
        self.outcomes.append(outcome)
        self.notes.append(f"{self.name} ends")


class Plugin:
    """Registers middleware by name and order."""

    def __init__(self, *middleware: tuple[str, Any, int]) -> None:
        self._middleware = middleware

    @hookimpl
    def graphwire_register_middleware(self, registry: MiddlewareRegistry) -> None:
        for name, one, order in self._middleware:
            registry.add(name, one, order=order)


def through(
    colour: str, recorder: Recorder, *middleware: Any, call: Any = None, **more: Any
) -> Any:
    plugin = Plugin(*((f"m{index}", one, index) for index, one in enumerate(middleware)))
    use = call or (lambda client: client.server.ok())
    return COLOURS[colour](recorder, use, plugins=[plugin], **more)


def test_the_lower_order_is_further_out_and_sees_what_the_outer_ones_made(colour: str) -> None:
    notes: list[str] = []
    recorder = Recorder(OK)
    plugin = Plugin(("a", Watching("in", notes), 5), ("b", Watching("out", notes), -5))
    COLOURS[colour](recorder, lambda client: client.server.ok(), plugins=[plugin])
    assert notes == ["out begins", "in begins", "in ends", "out ends"]
    headers = recorder.requests[0].headers
    assert (headers["x-out"], headers["x-in"]) == ("seen", "seen")


def test_a_call_is_seen_with_its_route_and_its_outcome(colour: str) -> None:
    watching = Watching()
    through(
        colour,
        Recorder(json_reply({"values": {}, "next": []}, x_request_id="r")),
        watching,
        call=lambda client: client.threads.get_state("secret-id"),
    )
    (attempt,), (outcome,) = watching.attempts, watching.outcomes
    assert (attempt.route, attempt.number) == ("/threads/{thread_id}/state", 1)
    assert attempt.stream is False
    assert (outcome.status_code, outcome.error, outcome.size) == (200, None, 26)
    assert outcome.headers["x-request-id"] == "r"
    assert outcome.duration >= 0


def test_a_stream_ends_when_its_body_does(colour: str) -> None:
    watching = Watching()
    through(
        colour,
        Recorder(STREAM),
        watching,
        call=lambda client: client.runs.join_stream("t", "r"),
    )
    (outcome,) = watching.outcomes
    assert watching.attempts[0].stream is True
    assert (outcome.status_code, outcome.size, outcome.error) == (200, len(STREAM.body), None)


def test_every_attempt_is_seen_with_its_number_and_its_error(colour: str) -> None:
    watching = Watching()
    recorder = Recorder(ConnectionFailed("refused"), Reply(b"x", 503), OK)
    through(colour, recorder, watching, retry=Retry(attempts=3, base_delay=0))
    assert [one.number for one in watching.attempts] == [1, 2, 3]
    assert [one.status_code for one in watching.outcomes] == [None, 503, 200]
    assert isinstance(watching.outcomes[0].error, ConnectionFailed)
    assert watching.outcomes[1].error is None


def test_a_body_that_is_cut_is_the_error_of_the_outcome(colour: str) -> None:
    watching = Watching()
    cut = TransportError("cut")
    with pytest.raises(TransportError, match="cut"):
        through(colour, Recorder(Reply(b'{"o', cut=cut)), watching)
    assert [(one.status_code, one.error) for one in watching.outcomes] == [(200, cut)]


class Failing:
    """Fails before or after the request, or yields what it should not."""

    def __init__(self, step: str) -> None:
        self._step = step

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        if self._step == "before":
            raise RuntimeError("oops")
        if self._step == "nothing":
            return
        if self._step == "garbage":
            yield "garbage"  # type: ignore[misc]  # wrong
        yield attempt.request
        if self._step == "after":
            raise RuntimeError("oops")
        try:
            yield attempt.request
        except GeneratorExit:
            if self._step == "stays":
                yield attempt.request


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("before", "middleware Failing failed: RuntimeError: oops"),
        ("after", "middleware Failing failed: RuntimeError: oops"),
        ("nothing", "middleware Failing: expected it to yield a Request, got NoneType None"),
        ("garbage", "middleware Failing: expected it to yield a Request, got str 'garbage'"),
        ("stays", "middleware Failing failed: RuntimeError: generator ignored GeneratorExit"),
    ],
)
def test_a_middleware_that_fails_is_named_and_the_others_still_see_the_end(
    colour: str, step: str, said: str
) -> None:
    outer, inner = Watching("outer"), Watching("inner")
    recorder = Recorder(OK)
    with pytest.raises(PluginError) as caught:
        through(colour, recorder, outer, Failing(step), inner)
    assert caught.value.message == said
    assert len(outer.outcomes) == 1
    assert len(inner.outcomes) == len(recorder.requests)
    assert all(response.closed for response in recorder.responses)


def test_a_middleware_that_fails_does_not_hide_the_error_of_the_request(colour: str) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        through(colour, Recorder(ConnectionFailed("refused")), Failing("after"))
    assert caught.value.__notes__ == ["middleware Failing failed: RuntimeError: oops"]


def test_a_middleware_that_fails_does_not_swallow_a_cancellation() -> None:
    outcomes, sent = Watching(), asyncio.Event()

    class Endless:
        async def send(self, request: object) -> Any:
            sent.set()
            await asyncio.Event().wait()

        async def aclose(self) -> None: ...

    async def main() -> None:
        endless: Any = Endless()
        plugin = Plugin(("fails", Failing("after"), 1), ("watches", outcomes, 0))
        async with AsyncClient("http://a", transport=endless, plugins=[plugin]) as client:
            call = asyncio.create_task(client.server.ok())
            await sent.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(main())
    assert isinstance(outcomes.outcomes[0].error, asyncio.CancelledError)


def test_an_error_of_ours_is_raised_as_it_is_and_is_not_its_own_cause(colour: str) -> None:
    refusal = TransportError("refused by a rule")

    class Refusing:
        def attempt(self, attempt: Attempt) -> MiddlewareFlow:
            raise refusal
            yield attempt.request

    with pytest.raises(TransportError) as caught:
        through(colour, Recorder(), Refusing())
    assert caught.value is refusal
    assert caught.value.__cause__ is not refusal


# The log lines.


def test_nothing_is_registered_where_nobody_reads_the_log(lines: logging.Logger) -> None:
    lines.setLevel(logging.NOTSET)
    with Client("http://a") as client:
        names = [type(one).__name__ for one in client._sender.middleware]
    assert "LogAttempts" not in names


@pytest.mark.parametrize("level", ["debug", "info", "WARNING"])
def test_the_environment_sets_the_level_of_the_logger(
    lines: logging.Logger, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHWIRE_LOG", level)
    with Client("http://a") as client:
        assert type(client._sender.middleware[0]).__name__ == "LogAttempts"
    assert lines.level == getattr(logging, level.upper())


def test_lines_go_to_the_error_stream_where_no_handler_is_configured(
    lines: logging.Logger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    for _ in range(2):
        COLOURS["sync"](Recorder(OK), lambda client: client.server.ok(), log="debug")
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 2
    assert "DEBUG graphwire: GET /ok: 200 in " in printed[0]


def test_an_attempt_a_retry_and_a_failure_have_a_line_each_and_show_no_data(
    colour: str,
    lines: logging.Logger,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "graphwire")
    recorder = Recorder(
        ConnectionFailed("s3cr3t"), Reply(b"s3cr3t", 503), json_reply({"x": "s3cr3t"})
    )
    COLOURS[colour](
        recorder,
        lambda client: client.request(
            "PUT", "/threads/s3cr3t/state", json={"a": "s3cr3t"}, params={"q": "s3cr3t"}
        ),
        api_key="s3cr3t",
        headers={"x": "s3cr3t"},
        retry=Retry(attempts=3, base_delay=0),
    )
    said = [(one.levelname, one.getMessage()) for one in caplog.records if one.name == "graphwire"]
    line = "PUT /threads/{thread_id}/state"
    assert [level for level, _ in said] == ["WARNING", "INFO", "WARNING", "INFO", "DEBUG"]
    assert said[0][1].startswith(f"{line}: ConnectionFailed in 0.")
    assert said[1][1] == f"{line}: attempt 2"
    assert said[2][1].startswith(f"{line}: 503 in 0.")
    assert said[4][1].endswith(" s, 15 bytes, attempt 3")
    assert "s3cr3t" not in str(said)
