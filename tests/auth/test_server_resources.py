"""Assistants, crons and the store of two users and an admin, in both forms of the bridge."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.auth.conftest import Callers

ADA = "ada@example.com"
HOME = "ada=40=example=2E=com~"


def assistant(client: httpx.Client, **fields: Any) -> str:
    response = client.post("/assistants", json={"graph_id": "echo"} | fields)
    assert response.status_code == 200, response.text
    found: str = response.json()["assistant_id"]
    return found


def test_an_assistant_is_stamped_and_there_for_its_owner_only(users: Callers) -> None:
    mine = assistant(users.ada, metadata={"owner": "bob", "a": 1})
    path = f"/assistants/{mine}"
    assert users.ada.get(path).json()["metadata"] == {"owner": ADA, "a": 1}
    for suffix in ("", "/graph", "/schemas", "/subgraphs"):
        assert users.bob.get(path + suffix).status_code == 404
        assert users.root.get(path + suffix).status_code == 200
    assert users.bob.post(f"{path}/versions", json={}).status_code in (200, 404)
    assert "bob" not in users.bob.post(f"{path}/versions", json={}).text
    assert users.bob.patch(path, json={"metadata": {"a": 2}}).status_code == 404
    assert users.bob.post(f"{path}/latest", json={"version": 1}).status_code == 404
    assert users.bob.delete(path).status_code == 404
    assert users.ada.patch(path, json={"metadata": {"a": 2}}).json()["metadata"]["a"] == 2
    assert users.ada.post(f"{path}/latest", json={"version": 1}).json()["metadata"]["a"] == 1
    assert users.ada.delete(path).is_success


def test_search_and_count_see_own_and_system_assistants_only(users: Callers) -> None:
    mark = str(uuid4())
    mine = assistant(users.ada, metadata={"mark": mark})
    his = assistant(users.bob, metadata={"mark": mark})
    for client, expected in ((users.ada, {mine}), (users.bob, {his}), (users.root, {mine, his})):
        asked = {"metadata": {"mark": mark}}
        found = client.post("/assistants/search", json=asked).json()
        assert {each["assistant_id"] for each in found} == expected
        assert client.post("/assistants/count", json=asked).json() == len(expected)
    system = users.ada.post("/assistants/search", json={"metadata": {"created_by": "system"}})
    assert [each["graph_id"] for each in system.json()] == ["echo"]


def test_nobody_runs_the_assistant_of_somebody_else(users: Callers) -> None:
    mine = assistant(users.ada)
    body = {"assistant_id": mine, "input": {"text": "x"}}
    assert users.bob.post("/runs/wait", json=body).status_code == 404
    assert users.ada.post("/runs/wait", json=body).json()["user"] == ADA


def test_crons_are_stamped_and_there_for_their_owner_only(users: Callers) -> None:
    body = {"assistant_id": "echo", "schedule": "0 0 1 1 *", "input": {"text": "x"}}
    response = users.ada.post("/runs/crons", json=body | {"metadata": {"owner": "bob"}})
    assert response.status_code == 200, response.text
    cron = response.json()["cron_id"]
    for client, expected in ((users.ada, [cron]), (users.bob, []), (users.root, [cron])):
        found = client.post("/runs/crons/search", json={}).json()
        assert [each["cron_id"] for each in found] == expected
        assert client.post("/runs/crons/count", json={}).json() == len(expected)
    assert users.ada.get(f"/runs/crons/{cron}").json()["metadata"]["owner"] == ADA
    assert users.bob.get(f"/runs/crons/{cron}").status_code == 404
    assert users.bob.patch(f"/runs/crons/{cron}", json={"enabled": False}).status_code == 404
    users.bob.delete(f"/runs/crons/{cron}")
    assert users.ada.patch(f"/runs/crons/{cron}", json={"enabled": False}).is_success
    assert users.ada.delete(f"/runs/crons/{cron}").is_success
    assert users.ada.post("/runs/crons/search", json={}).json() == []


def test_no_cron_runs_on_the_thread_of_somebody_else(users: Callers) -> None:
    thread = users.ada.post("/threads", json={}).json()["thread_id"]
    body = {"assistant_id": "echo", "schedule": "0 0 1 1 *"}
    assert users.bob.post(f"/threads/{thread}/runs/crons", json=body).status_code == 404
    cron = users.ada.post(f"/threads/{thread}/runs/crons", json=body).json()["cron_id"]
    assert users.ada.delete(f"/runs/crons/{cron}").is_success


def put(client: httpx.Client, *namespace: str, **value: Any) -> None:
    body = {"namespace": namespace, "key": "k", "value": value}
    assert client.put("/store/items", json=body).status_code == 204


def test_equal_names_in_the_store_are_different_items(users: Callers) -> None:
    topic = f"topic-{uuid4()}"
    put(users.ada, topic, of="ada")
    put(users.bob, topic, of="bob")
    asked = {"namespace": topic, "key": "k"}
    mine = users.ada.get("/store/items", params=asked).json()
    assert (mine["value"], mine["namespace"]) == ({"of": "ada"}, [HOME, topic])
    assert users.bob.get("/store/items", params=asked).json()["value"] == {"of": "bob"}
    assert users.eve.get("/store/items", params=asked).json() is None


def test_nobody_reaches_the_items_of_somebody_else_by_naming_them(users: Callers) -> None:
    topic = f"topic-{uuid4()}"
    put(users.ada, topic, of="ada")
    for namespace in ([HOME, topic], [HOME], [], ["*"], ["*", topic]):
        found = users.eve.post("/store/items/search", json={"namespace_prefix": namespace})
        assert found.json() == {"items": []}, namespace
        listed = users.eve.post("/store/namespaces", json={"prefix": namespace, "max_depth": 9})
        assert all(each[0] == "eve~" for each in listed.json()["namespaces"]), namespace
    exact = users.eve.get("/store/items", params={"namespace": f"{HOME}.{topic}", "key": "k"})
    assert exact.json() is None


def test_search_and_listing_find_own_items(users: Callers) -> None:
    topic = f"topic-{uuid4()}"
    put(users.ada, topic, kind="a")
    found = users.ada.post("/store/items/search", json={"namespace_prefix": [topic]}).json()
    assert [item["value"] for item in found["items"]] == [{"kind": "a"}]
    listed = users.ada.post("/store/namespaces", json={"prefix": [topic]}).json()
    assert listed == {"namespaces": [[HOME, topic]]}


def test_what_no_rule_covers_ends_in_the_default_deny(users: Callers) -> None:
    put(users.ada, "kept", of="ada")
    body = {"namespace": ["kept"], "key": "k"}
    for client in (users.ada, users.root):
        refused = client.request("DELETE", "/store/items", json=body)
        assert (refused.status_code, refused.json()) == (403, {"detail": "Forbidden"})
    asked = {"namespace": "kept", "key": "k"}
    assert users.ada.get("/store/items", params=asked).json()["value"] == {"of": "ada"}


def test_a_filter_on_the_store_narrows_a_search_and_fails_elsewhere(users: Callers) -> None:
    put_body = {"namespace": ["filtered"], "key": "k", "value": {"owner": "nobody"}}
    assert users.ada.put("/store/items", json=put_body).status_code == 500
    found = users.ada.post("/store/items/search", json={"namespace_prefix": ["filtered"]})
    assert found.json() == {"items": []}
    stolen = {"namespace_prefix": ["filtered"], "filter": {"owner": "bob"}}
    assert users.ada.post("/store/items/search", json=stolen).status_code == 403


@pytest.mark.parametrize("namespace", [["a.b"], [""]])
def test_a_namespace_that_the_server_refuses_stays_refused(users: Callers, namespace: Any) -> None:
    body = {"namespace": namespace, "key": "k", "value": {}}
    assert users.ada.put("/store/items", json=body).status_code == 422
