"""The rules of a deployment in a FastAPI application: the same user, the same refusals."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from graphwire_auth import Auth, AuthContext, F, Filter, HTTPException, User
from graphwire_auth.asgi import AuthMiddleware, authorize


def rules() -> Auth:
    auth = Auth()

    @auth.authenticate
    async def authenticate(authorization: str | None) -> str:
        if authorization not in {"Bearer ada", "Bearer bob"}:
            raise HTTPException(401, "Who are you?", headers={"WWW-Authenticate": "Bearer"})
        return authorization.removeprefix("Bearer ")

    @auth.on.threads.read
    async def own(ctx: AuthContext[User], value: dict[str, Any]) -> Filter:
        return F("owner") == ctx.user.identity

    return auth


def identity(request: Request) -> str:
    return str(request.user.identity)


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(AuthMiddleware, auth=rules())

    @app.get("/me")
    async def me(name: str = Depends(identity)) -> dict[str, str]:
        return {"name": name}

    @app.get("/threads/{thread_id}")
    async def thread(request: Request, thread_id: str) -> dict[str, Any]:
        found = await authorize(request, "threads", "read", {"thread_id": thread_id})
        return {"filter": found.filter}

    @app.delete("/threads/{thread_id}")
    async def delete(request: Request, thread_id: str) -> None:
        await authorize(request, "threads", "delete", {"thread_id": thread_id})

    return TestClient(app)


def test_a_caller_is_known_to_the_endpoints(client: TestClient) -> None:
    assert client.get("/me", headers={"Authorization": "Bearer ada"}).json() == {"name": "ada"}


def test_a_stranger_is_refused_with_the_status_and_headers_of_the_authenticator(
    client: TestClient,
) -> None:
    answer = client.get("/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_rule_gives_its_filter_and_what_no_rule_covers_is_refused(client: TestClient) -> None:
    headers = {"Authorization": "Bearer bob"}
    assert client.get("/threads/1", headers=headers).json() == {"filter": {"owner": "bob"}}
    assert client.delete("/threads/1", headers=headers).status_code == 403
