"""The mock transport: routes answer, calls are recorded, nothing is sent."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from graphwire import AsyncClient
from graphwire_core.errors import (
    APIStatusError,
    ConfigurationError,
    ConnectionFailed,
    InvalidArgumentError,
    NotFoundError,
    RateLimitError,
    StreamInterrupted,
    TransportError,
)
from graphwire_core.models import Assistant, Run, Thread
from graphwire_core.testing import (
    AsyncMockTransport,
    Event,
    NoRouteError,
    RecordedCall,
    Reply,
    make,
    make_error,
)


def client_of(mock: AsyncMockTransport, **options: Any) -> AsyncClient:
    options = {"api_key": None, "retry": None, **options}
    return AsyncClient("http://mock/base", transport=mock, **options)


async def test_a_route_answers_with_a_model_and_remembers_the_call() -> None:
    mock = AsyncMockTransport()
    created = mock.on("POST", "/base/threads", make(Thread, thread_id="t1", metadata={"a": 1}))
    async with client_of(mock, headers={"x-team": "blue"}) as client:
        thread = await client.threads.create(metadata={"owner": "ada"})
    assert (thread.thread_id, thread.metadata) == ("t1", {"a": 1})
    (call,) = created.calls
    assert (call.method, call.path, call.json) == (
        "POST",
        "/base/threads",
        {"metadata": {"owner": "ada"}},
    )
    assert call.headers["x-team"] == "blue"
    assert mock.responses[0].closed


async def test_names_in_the_path_stand_for_segments_and_are_recorded_unquoted() -> None:
    mock = AsyncMockTransport()
    route = mock.on(
        "GET",
        "/base/threads/{thread_id}/runs/{run_id}",
        lambda call: make(Run, run_id=call.params["run_id"]),
    )
    async with client_of(mock) as client:
        run = await client.runs.get("a/b", "r 1")
    assert run.run_id == "r 1"
    assert route.calls[0].params == {"thread_id": "a/b", "run_id": "r 1"}
    assert route.calls[0].path == "/base/threads/a%2Fb/runs/r%201"


async def test_replies_are_given_in_turn_and_the_last_one_again_and_again() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/threads/{id}", make(Thread, status="busy"), make(Thread, status="idle"))
    async with client_of(mock) as client:
        statuses = [(await client.threads.get("t")).status for _ in range(3)]
    assert statuses == ["busy", "idle", "idle"]


async def test_a_later_route_goes_before_an_earlier_one() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/threads/{id}", make(Thread, thread_id="any"))
    mock.on("GET", "/base/threads/mine", make(Thread, thread_id="mine"))
    async with client_of(mock) as client:
        ids = [(await client.threads.get(name)).thread_id for name in ("mine", "other")]
    assert ids == ["mine", "any"]


async def test_an_error_with_a_status_is_answered_as_the_server_would() -> None:
    mock = AsyncMockTransport()
    error = make_error(NotFoundError, "no such thread", request_id="req-1")
    mock.on("GET", "/base/threads/{id}", error)
    async with client_of(mock) as client:
        with pytest.raises(NotFoundError, match="no such thread") as caught:
            await client.threads.get("t")
    assert caught.value is not error
    assert (caught.value.status_code, caught.value.request_id) == (404, "req-1")
    assert caught.value.path == "/threads/t"


async def test_a_refused_call_is_retried_like_any_other() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/ok", make_error(RateLimitError, retry_after=0), {"ok": True})
    async with client_of(mock) as client:
        with pytest.raises(RateLimitError) as caught:
            await client.server.ok()
    assert caught.value.retry_after == 0
    mock = AsyncMockTransport()
    mock.on("GET", "/base/ok", make_error(RateLimitError, retry_after=0), {"ok": True})
    async with AsyncClient("http://mock/base", transport=mock, api_key=None) as client:
        assert (await client.server.ok()).ok
    assert len(mock.calls) == 2


async def test_another_error_is_raised_by_the_transport() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/ok", make_error(ConnectionFailed))
    async with client_of(mock) as client:
        for _ in range(2):
            with pytest.raises(ConnectionFailed, match="Connection refused"):
                await client.server.ok()


async def test_a_stream_of_events_may_be_cut() -> None:
    mock = AsyncMockTransport()
    whole = Reply.events(Event("values", {"n": 1}, id="1-0"), Event("end"))
    cut = Reply.events(Event("values", {"n": 1}), cut=TransportError("The connection failed"))
    mock.on("POST", "/base/runs/stream", whole, cut)
    async with client_of(mock) as client:
        parts = [part async for part in client.runs.stream(None, "agent")]
        assert [(part.event, part.data) for part in parts] == [("values", {"n": 1}), ("end", None)]
        assert parts[0].id == "1-0"
        with pytest.raises(StreamInterrupted):
            _ = [part async for part in client.runs.stream(None, "agent")]
    assert all(response.closed for response in mock.responses)


async def test_a_reply_may_be_anything_with_a_json_form_or_nothing() -> None:
    mock = AsyncMockTransport()
    mock.on("POST", "/base/assistants/search", [make(Assistant), make(Assistant)])
    mock.on("DELETE", "/base/threads/{id}", None)
    mock.on("GET", "/base/raw", Reply([b"a", b"b"], 200, {"content-type": "text/plain"}))
    async with client_of(mock) as client:
        found = await client.assistants.search()
        await client.threads.delete("t")
        assert await client.request("GET", "/raw", output=bytes) == b"ab"
    assert len({one.assistant_id for one in found}) == 2


async def test_a_call_without_a_route_is_an_error_that_lists_the_routes() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/ok", {"ok": True})
    mock.on("POST", "/base/threads", make(Thread))
    async with AsyncClient("http://mock/base", transport=mock, api_key=None) as client:
        with pytest.raises(NoRouteError) as caught:
            await client.threads.get("t")
    assert caught.value.message == (
        "The mock has no route for GET /base/threads/t; routes: GET /base/ok, POST /base/threads"
    )
    assert [str(call) for call in mock.calls] == ["GET /base/threads/t"]


async def test_query_parameters_and_headers_are_recorded_but_not_shown() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/store/items", {"detail": "no"})
    async with client_of(mock, api_key="s3cret-key") as client:
        await client.request("GET", "/store/items", params={"key": "k", "empty": ""})
    (call,) = mock.calls
    assert call.query == {"key": "k", "empty": ""}
    assert call.headers["x-api-key"] == "s3cret-key"
    assert "s3cret" not in repr(call)


class Broken(BaseModel):
    held: Any


def failing(_: RecordedCall) -> Any:
    return {"a": object()}


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (("GET", "ok", {}), ConfigurationError, "path: expected one that begins with '/'"),
        (("GET", "/ok"), ConfigurationError, "route GET /ok: expected a reply, got none"),
        (("G T", "/ok", {}), ConfigurationError, "method: expected an HTTP method, got str 'G T'"),
        (("GET", "/{a}/{a}", {}), ConfigurationError, "path: expected names that differ"),
        (("GET", "/ok", Thread), ConfigurationError, "expected an answer, got the class Thread"),
        (("GET", "/ok", OSError("x")), ConfigurationError, "expected an error of graphwire_core"),
        (("GET", "/ok", APIStatusError("x")), ConfigurationError, "APIStatusError has no status"),
        (("GET", "/ok", {"a": [object()]}), InvalidArgumentError, r"value\.a\[0\]: expected"),
    ],
)
def test_a_wrong_route_is_refused_when_it_is_added(
    arguments: Any, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        AsyncMockTransport().on(*arguments)


async def test_what_a_function_returns_is_checked_when_it_answers() -> None:
    mock = AsyncMockTransport()
    mock.on("GET", "/base/ok", failing)
    async with client_of(mock) as client:
        with pytest.raises(InvalidArgumentError, match=r"value\.a: expected a value with a JSON"):
            await client.server.ok()
