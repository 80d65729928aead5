"""Who gets into the real server, over HTTP and WebSocket, in both forms of the bridge."""

import contextlib
import json
from typing import Any

import httpx
import pytest
from tests.auth.conftest import Callers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from graphwire_core.testing import DevServer

REFUSALS = [
    ("unknown", 401, "Who are you?", {"www-authenticate": "Bearer"}),
    ("banned", 403, "Banned", {"x-reason": "spam"}),
    ("greedy", 429, "Slow down", {"retry-after": "7"}),
    ("broken", 500, "Internal Server Error", {}),
]


@pytest.mark.parametrize(("name", "status", "detail", "headers"), REFUSALS)
def test_a_refusal_reaches_the_client_over_http(
    users: Callers, name: str, status: int, detail: str, headers: dict[str, str]
) -> None:
    client = users.open(name)
    for _ in range(2):  # the connection survives, so a second try gets an answer as well
        response = client.post("/threads/search", json={})
        assert (response.status_code, response.json()) == (status, {"detail": detail})
        assert headers.items() <= dict(response.headers).items()


@pytest.mark.parametrize(("name", "status", "detail", "headers"), REFUSALS)
def test_a_refusal_reaches_the_client_over_websocket(
    server: DevServer, name: str, status: int, detail: str, headers: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        open_stream(server, name, "00000000-0000-4000-8000-000000000001")
    response = caught.value.response
    assert (response.status_code, json.loads(response.body)) == (status, {"detail": detail})
    assert all(response.headers[key] == value for key, value in headers.items())


def open_stream(server: DevServer, name: str, thread_id: str) -> ClientConnection:
    url = server.url.replace("http", "ws", 1)
    return connect(
        f"{url}/threads/{thread_id}/stream/events",
        additional_headers={"Authorization": f"Bearer {name}-token"},
        proxy=None,
    )


def receive(stream: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stream.recv(timeout=20))
    return found


def ask(stream: ClientConnection) -> None:
    """Subscribe to the thread, and ask for a run in it."""
    for number, method, params in (
        (1, "subscription.subscribe", {"channels": ["values"]}),
        (2, "run.start", {"assistant_id": "echo", "input": {"text": "hello"}}),
    ):
        stream.send(json.dumps({"id": number, "method": method, "params": params}))


def test_the_owner_runs_a_thread_over_websocket(users: Callers, server: DevServer) -> None:
    thread_id = users.ada.post("/threads", json={}).json()["thread_id"]
    heard: list[Any] = []
    with open_stream(server, "ada", thread_id) as stream:
        ask(stream)
        while "ada@example.com" not in json.dumps(heard):
            heard.append(receive(stream))
    assert [frame["type"] for frame in heard if frame.get("id") == 2] == ["success"]


def test_nobody_else_runs_or_hears_that_thread_over_websocket(
    users: Callers, server: DevServer
) -> None:
    thread_id = users.ada.post("/threads", json={}).json()["thread_id"]
    path = f"/threads/{thread_id}/runs"
    body = {"assistant_id": "echo", "input": {"text": "mine"}}
    assert users.ada.post(f"{path}/wait", json=body).json()["text"] == "mine"
    heard: list[Any] = []
    with (
        contextlib.suppress(ConnectionClosedError),
        open_stream(server, "bob", thread_id) as stream,
    ):
        ask(stream)
        while len(heard) < 100:
            heard.append(receive(stream))
    assert len(heard) < 100, "the server ends the stream"
    assert all(frame["type"] == "error" for frame in heard if frame.get("id") == 2)
    assert "mine" not in json.dumps(heard)
    assert len(users.ada.get(path).json()) == 1


def test_a_studio_caller_is_told_by_the_rules_or_not_let_in(
    server: DevServer, request: pytest.FixtureRequest
) -> None:
    response = httpx.post(
        f"{server.url}/threads/search", json={}, headers={"x-auth-scheme": "langsmith"}
    )
    if "explicit" in request.node.callspec.id:  # there `disable_studio_auth` is set
        assert (response.status_code, response.json()["detail"]) == (401, "Who are you?")
    else:
        assert (response.status_code, response.json()["detail"]) == (403, "No Studio here")


@pytest.mark.parametrize("path", ["/ok", "/info", "/metrics", "/docs", "/openapi.json"])
def test_the_routes_about_the_server_itself_ask_nobody(server: DevServer, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 200


def test_no_token_and_no_crash_reaches_the_servers_log(users: Callers, server: DevServer) -> None:
    users.open("broken").post("/threads/search", json={})
    users.ada.post("/threads", json={"metadata": {"case": "crash"}})
    log = server.log_tail(10_000)
    assert "the authenticator authenticate failed: RuntimeError" in log
    assert "the rule for threads.create failed: KeyError" in log
    for secret in ("broken-token", "ada-token", "a secret in an exception"):
        assert secret not in log
