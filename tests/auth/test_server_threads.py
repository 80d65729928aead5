"""Threads and runs of two users and an admin on the real server, in both forms of the bridge."""

from typing import Any

import httpx
import pytest
from tests.auth.conftest import Callers

ADA = "ada@example.com"
RUN = {"assistant_id": "echo", "input": {"text": "hello"}}

BODIES: dict[str, Any] = {
    "": {"metadata": {"x": 1}},
    "/copy": {},
    "/history": {},
    "/runs": RUN,
    "/runs/wait": RUN,
    "/state": {"values": {"text": "x"}},
}


def create(client: httpx.Client, **metadata: Any) -> dict[str, Any]:
    response = client.post("/threads", json={"metadata": metadata})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def ids(response: httpx.Response) -> set[str]:
    assert response.status_code == 200, response.text
    return {thread["thread_id"] for thread in response.json()}


def test_a_thread_is_stamped_with_facts_of_the_applications_user(users: Callers) -> None:
    assert create(users.ada, owner="bob", a=1)["metadata"] == {"owner": ADA, "level": 0, "a": 1}
    assert create(users.bob)["metadata"] == {"owner": "bob", "level": 3}


def test_a_rule_may_replace_and_remove_metadata(users: Callers) -> None:
    found = create(users.ada, case="rebind", a=1)["metadata"]
    assert found == {"a": 1, "rebound": True, "owner": ADA, "level": 0}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/state"),
        ("GET", "/history"),
        ("POST", "/history"),
        ("PATCH", ""),
        ("POST", "/copy"),
        ("GET", "/runs"),
        ("POST", "/runs"),
        ("POST", "/runs/wait"),
        ("POST", "/state"),
        ("DELETE", ""),
    ],
)
def test_a_thread_is_there_for_its_owner_and_the_admin_only(
    users: Callers, method: str, path: str
) -> None:
    thread = create(users.ada)["thread_id"]
    body = None if method in ("GET", "DELETE") else BODIES[path]
    if (method, path) == ("POST", "/state"):
        users.ada.post(f"/threads/{thread}/runs/wait", json=RUN)

    refused = users.bob.request(method, f"/threads/{thread}{path}", json=body)
    # The server answers a copy of what is not visible with a conflict.
    assert refused.status_code == (409 if path == "/copy" else 404) or refused.json() == []
    assert users.ada.get(f"/threads/{thread}").json()["metadata"].get("x") is None

    for client in (users.root, users.ada) if method != "DELETE" else (users.ada,):
        response = client.request(method, f"/threads/{thread}{path}", json=body)
        assert response.is_success, response.text


def test_search_and_count_see_own_threads_only(users: Callers) -> None:
    mark = create(users.ada)["thread_id"]
    mine = create(users.ada, mark=mark)["thread_id"]
    his = create(users.bob, mark=mark)["thread_id"]
    asked = {"metadata": {"mark": mark}}
    assert ids(users.ada.post("/threads/search", json=asked)) == {mine}
    assert ids(users.bob.post("/threads/search", json=asked)) == {his}
    assert ids(users.root.post("/threads/search", json=asked)) == {mine, his}
    for client, expected in ((users.ada, 1), (users.bob, 1), (users.eve, 0), (users.root, 2)):
        assert client.post("/threads/count", json=asked).json() == expected
    asked["metadata"]["owner"] = "bob"
    assert ids(users.ada.post("/threads/search", json=asked)) == set()


def test_a_thread_id_of_somebody_else_cannot_be_taken_over(users: Callers) -> None:
    thread = create(users.ada)["thread_id"]
    for if_exists in ("raise", "do_nothing"):
        body = {"thread_id": thread, "if_exists": if_exists}
        assert users.bob.post("/threads", json=body).status_code == 409
    body = {"thread_id": thread, "if_exists": "do_nothing"}
    assert users.ada.post("/threads", json=body).json()["thread_id"] == thread


def test_an_owner_cannot_be_changed_by_an_update(users: Callers) -> None:
    thread = create(users.ada)["thread_id"]
    response = users.ada.patch(f"/threads/{thread}", json={"metadata": {"owner": "bob"}})
    assert response.json()["metadata"]["owner"] == ADA


def test_a_copy_belongs_to_the_owner_of_the_original(users: Callers) -> None:
    thread = create(users.ada)["thread_id"]
    copy = users.ada.post(f"/threads/{thread}/copy", json={}).json()
    assert copy["thread_id"] != thread
    assert copy["metadata"]["owner"] == ADA
    assert users.bob.get(f"/threads/{copy['thread_id']}").status_code == 404


def test_several_threads_are_pruned_only_where_they_are_owned(users: Callers) -> None:
    mine, his = create(users.ada)["thread_id"], create(users.bob)["thread_id"]
    body = {"thread_ids": [mine, his], "strategy": "delete"}
    assert users.ada.post("/threads/prune", json=body).status_code == 404
    assert users.bob.get(f"/threads/{his}").status_code == 200
    body["thread_ids"] = [mine]
    users.ada.post("/threads/prune", json=body)
    assert users.ada.get(f"/threads/{mine}").status_code == 404


def test_a_refusal_by_a_rule_keeps_words_status_and_headers(users: Callers) -> None:
    refused = users.eve.post("/threads", json={})
    assert (refused.status_code, refused.json()) == (403, {"detail": "You may only read"})
    refused = users.ada.post("/threads", json={"metadata": {"case": "headers"}})
    assert (refused.status_code, refused.headers["x-rule"]) == (403, "case")


@pytest.mark.parametrize("case", ["ignored", "crash"])
def test_a_faulty_rule_creates_nothing_and_leaves_the_connection_usable(
    users: Callers, case: str
) -> None:
    before = users.ada.post("/threads/count", json={}).json()
    response = users.ada.post("/threads", json={"metadata": {"case": case}})
    assert (response.status_code, response.json()) == (500, {"detail": "Internal Server Error"})
    assert users.ada.post("/threads/count", json={}).json() == before


@pytest.mark.parametrize("case", ["empty", "unknown"])
def test_a_filter_that_would_let_everything_through_lets_nothing_through(
    users: Callers, case: str
) -> None:
    thread = create(users.bob)["thread_id"]
    response = users.ada.patch(f"/threads/{thread}", json={"metadata": {"case": case}})
    assert response.status_code == 500
    assert "case" not in users.bob.get(f"/threads/{thread}").json()["metadata"]


def test_a_run_is_stamped_and_its_user_reaches_the_graph(users: Callers) -> None:
    thread = create(users.ada)["thread_id"]
    done = users.ada.post(f"/threads/{thread}/runs/wait", json=RUN).json()
    assert done == {"text": "hello", "user": ADA, "org": "acme"}
    runs = users.ada.get(f"/threads/{thread}/runs").json()
    assert [run["metadata"]["owner"] for run in runs] == [ADA]
    run = f"/threads/{thread}/runs/{runs[0]['run_id']}"
    assert users.bob.get(run).status_code == 404
    assert users.bob.get(f"{run}/join").status_code == 404
    assert users.bob.delete(run).status_code == 404
    assert users.root.get(run).status_code == 200


def test_a_stateless_run_and_a_thread_made_by_a_run_belong_to_the_caller(users: Callers) -> None:
    assert users.bob.post("/runs/wait", json=RUN).json()["user"] == "bob"
    thread = "00000000-0000-4000-8000-00000000000a"
    body = RUN | {"if_not_exists": "create", "metadata": {"owner": "bob"}}
    assert users.ada.post(f"/threads/{thread}/runs/wait", json=body).is_success
    assert users.ada.get(f"/threads/{thread}").json()["metadata"]["owner"] == ADA
    assert users.bob.get(f"/threads/{thread}").status_code == 404
    assert users.ada.delete(f"/threads/{thread}").is_success


def test_a_run_of_somebody_else_cannot_be_cancelled(users: Callers) -> None:
    thread = create(users.ada)["thread_id"]
    delayed = RUN | {"after_seconds": 60}
    run = users.ada.post(f"/threads/{thread}/runs", json=delayed).json()["run_id"]
    path = f"/threads/{thread}/runs/{run}/cancel"
    assert users.bob.post(path).status_code == 404
    assert users.ada.get(f"/threads/{thread}/runs/{run}").json()["status"] == "pending"
    assert users.ada.post(path, params={"action": "rollback"}).is_success
