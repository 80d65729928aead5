"""The examples of docs/auth.md: the deployment on the real server, the others as they stand."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from docs_src.auth import notes, plugin, ready_made, testing_rules
from starlette.testclient import TestClient

from graphwire_auth import Auth
from graphwire_auth.testing import authenticate, check, coverage
from graphwire_core.testing import DevServer

APP = Path(__file__).resolve().parents[2] / "docs_src" / "auth" / "app"
AS_ADA, AS_BOB = ({"Authorization": f"Bearer {name}-token"} for name in ("ada", "bob"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with DevServer(APP / "langgraph.json") as server:
        yield server.url


def post(url: str, body: Any, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(url, json=body, headers=headers, timeout=30, trust_env=False)


def test_the_deployment_keeps_its_callers_apart(url: str) -> None:
    refused = httpx.post(f"{url}/threads", json={}, trust_env=False)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")

    thread = post(f"{url}/threads", {"metadata": {"owner": "bob"}}, AS_ADA).json()
    assert thread["metadata"] == {"owner": "ada", "org": "acme"}
    path = f"{url}/threads/{thread['thread_id']}"
    done = post(f"{path}/runs/wait", {"assistant_id": "agent", "input": {}}, AS_ADA)
    assert done.json() == {"greeting": "Hello Ada of acme"}
    assert httpx.get(path, headers=AS_BOB, trust_env=False).status_code == 404
    assert post(f"{url}/threads/search", {}, AS_BOB).json() == []

    assert len(post(f"{url}/assistants/search", {}, AS_BOB).json()) == 1
    uncovered = post(f"{url}/assistants", {"graph_id": "agent"}, AS_BOB)
    assert uncovered.json() == {"detail": "Forbidden: no rule covers assistants.create"}


def test_studio_is_not_let_in_by_the_deployment(url: str) -> None:
    assert post(f"{url}/threads/search", {}, {"x-auth-scheme": "langsmith"}).status_code == 401


async def test_the_example_of_tests_passes() -> None:
    await testing_rules.test_a_thread_belongs_to_whoever_creates_it()
    await testing_rules.test_nobody_sees_the_threads_of_others()
    await testing_rules.test_a_caller_without_a_token_is_refused()
    testing_rules.test_what_no_rule_covers_is_known()


async def test_the_ready_made_parts_fit_together() -> None:
    auth = ready_made.build("robot-key-0123456789")
    assert coverage(auth).complete
    robot = await authenticate(auth, headers={"X-API-Key": "robot-key-0123456789"})
    assert (await check(auth, user=robot, resource="threads", action="read")).filter is None
    decision = await check(auth, user="ada", resource="threads", action="read")
    assert decision.filter == {"owner": "ada"}


async def test_the_plugin_brings_its_rules() -> None:
    auth = Auth()
    plugin.graphwire_auth_handlers(auth)
    ada = {"identity": "ada", "org": "acme"}
    decision = await check(auth, user=ada, resource="threads", action="search")
    assert decision.filter == {"org": "acme"}
    assert not (await check(auth, user=ada, resource="threads", action="delete")).allowed


def test_the_readme_of_the_package_stands() -> None:
    readme = APP.parents[2] / "packages" / "sdk-auth" / "README.md"
    (code,) = re.findall(r"```python\n(.*?)```", readme.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # our own README
    assert coverage(names["auth"]).complete


def test_an_application_of_your_own_asks_the_same_rules() -> None:
    client = TestClient(notes.app)
    assert client.get("/notes").status_code == 401
    assert client.get("/notes", headers=AS_ADA).json() == ["buy milk"]
    assert client.post("/notes", headers=AS_BOB).json() == {"owner": "bob", "org": "acme"}
