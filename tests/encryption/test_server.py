"""The real server: what it keeps, what it gives back, and what it refuses."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.encryption.conftest import CONFIG, K1, K2, OTHER, EncryptingServer

from graphwire_encryption.aesgcm import Envelope
from graphwire_encryption.aesgcm._envelope import PREFIX, from_text

SECRET = re.compile(rb"plain-[a-z]+-text")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EncryptingServer]:
    with EncryptingServer(
        tmp_path_factory.mktemp("state"),
        f"k1:{K1}",
        environment={"CRON_SCHEDULER_SLEEP_TIME": "1"},
    ) as server:
        yield server


@pytest.fixture
def api(server: EncryptingServer) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def ok(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.status_code} {response.text}"
    return response.json() if response.content else None


def make_thread(api: httpx.Client, **metadata: Any) -> str:
    thread_id: str = ok(api.post("/threads", json={"metadata": metadata}))["thread_id"]
    return thread_id


def at_rest(api: httpx.Client, thread_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ok(api.get(f"/internal/debug/thread/{thread_id}"))["metadata"]
    return found


def key_ids(stored: dict[str, Any]) -> set[str]:
    sealed = [v for v in stored.values() if isinstance(v, str) and v.startswith(PREFIX)]
    return {Envelope.parse(from_text(value)).key_id for value in sealed}


def test_a_thread_is_stored_encrypted_and_read_in_clear(api: httpx.Client) -> None:
    secret = {"note": "plain-thread-text", "deep": {"list": ["plain-deep-text", None, 1.5]}}
    thread_id = make_thread(api, **secret, topic="weather", nothing=None)
    stored = at_rest(api, thread_id)
    assert not SECRET.search(json.dumps(stored).encode())
    assert stored["topic"] == "weather"
    assert stored["owner"] == "ada"
    assert stored["__encryption_context__"] == {"tenant_id": "acme"}
    assert key_ids(stored) == {"k1"}
    read = ok(api.get(f"/threads/{thread_id}"))["metadata"]
    assert read == {**secret, "topic": "weather", "nothing": None, "owner": "ada"}


def test_a_patch_adds_to_what_was_encrypted_before(api: httpx.Client) -> None:
    thread_id = make_thread(api, one="plain-one-text")
    ok(api.patch(f"/threads/{thread_id}", json={"metadata": {"two": "plain-two-text"}}))
    assert not SECRET.search(json.dumps(at_rest(api, thread_id)).encode())
    read = ok(api.get(f"/threads/{thread_id}"))["metadata"]
    assert (read["one"], read["two"]) == ("plain-one-text", "plain-two-text")


def test_searching_by_readable_keys_works_and_by_encrypted_ones_finds_nothing(
    api: httpx.Client,
) -> None:
    thread_id = make_thread(api, note="plain-search-text", topic="unique topic")
    found = ok(api.post("/threads/search", json={"metadata": {"topic": "unique topic"}}))
    assert [(t["thread_id"], t["metadata"]["note"]) for t in found] == [
        (thread_id, "plain-search-text")
    ]
    assert ok(api.post("/threads/search", json={"metadata": {"note": "plain-search-text"}})) == []


def test_store_items_come_back_and_are_found_by_readable_keys(api: httpx.Client) -> None:
    value = {"kind": "note", "text": "plain-store-text"}
    ok(api.put("/store/items", json={"namespace": ["n"], "key": "a", "value": value}))
    assert ok(api.get("/store/items", params={"namespace": "n", "key": "a"}))["value"] == value
    for filter_, found in [({"kind": "note"}, [value]), ({"text": "plain-store-text"}, [])]:
        body = {"namespace_prefix": ["n"], "filter": filter_}
        items = ok(api.post("/store/items/search", json=body))["items"]
        assert [item["value"] for item in items] == found


def test_assistants_and_their_versions_come_back(api: httpx.Client) -> None:
    body = {"graph_id": "echo", "metadata": {"m": "plain-m-text"}, "context": {"c": {"d": 1}}}
    made = ok(api.post("/assistants", json=body))
    path = f"/assistants/{made['assistant_id']}"
    ok(api.patch(path, json={"metadata": {"n": "plain-n-text"}}))
    read = ok(api.get(path))
    assert read["metadata"] == {"m": "plain-m-text", "n": "plain-n-text"}
    assert read["context"] == {"c": {"d": 1}}
    assert len(ok(api.post(f"{path}/versions", json={}))) == 2


def test_runs_see_plaintext_and_every_reading_call_answers(api: httpx.Client) -> None:
    thread_id = make_thread(api, note="plain-run-text")
    body = {
        "assistant_id": "echo",
        "input": {"text": "plain-input-text"},
        "metadata": {"r": "plain-meta-text"},
        "config": {"configurable": {"c": "plain-config-text"}, "recursion_limit": 9},
    }
    answer = ok(api.post(f"/threads/{thread_id}/runs/wait", json=body))
    assert answer["answer"] == "heard: plain-input-text"
    [run] = ok(api.get(f"/threads/{thread_id}/runs"))
    assert run["metadata"]["r"] == "plain-meta-text"
    assert run["kwargs"]["config"]["configurable"]["c"] == "plain-config-text"
    assert ok(api.get(f"/threads/{thread_id}"))["metadata"]["note"] == "plain-run-text"
    assert ok(api.get(f"/threads/{thread_id}/state"))["values"] == answer
    assert ok(api.post(f"/threads/{thread_id}/history", json={}))[0]["values"] == answer
    streamed = api.post("/runs/stream", json=body)
    assert "heard: plain-input-text" in streamed.text
    copied = ok(api.post(f"/threads/{thread_id}/copy", json={}))
    assert copied["metadata"]["note"] == "plain-run-text"


def test_crons_come_back_with_their_input_and_config(api: httpx.Client) -> None:
    body = {
        "assistant_id": "echo",
        "schedule": "0 0 1 1 *",
        "input": {"text": "plain-cron-text"},
        "metadata": {"m": "plain-meta-text"},
        "config": {"configurable": {"c": "plain-config-text"}},
    }
    made = ok(api.post("/runs/crons", json=body))
    found = ok(api.post("/runs/crons/search", json={}))
    [cron] = [each for each in found if each["cron_id"] == made["cron_id"]]
    assert cron["payload"]["input"] == {"text": "plain-cron-text"}
    assert cron["payload"]["config"]["configurable"]["c"] == "plain-config-text"
    assert cron["metadata"] == {"m": "plain-meta-text"}
    ok(api.delete(f"/runs/crons/{made['cron_id']}"))


def test_a_caller_without_a_tenant_stores_nothing_even_when_naming_one(
    server: EncryptingServer,
) -> None:
    header = "eyJ0ZW5hbnRfaWQiOiAiYWNtZSJ9"  # {"tenant_id": "acme"}, for the server to fall back on
    with server.client("eve", **{"X-Encryption-Context": header}) as eve:
        response = eve.post("/threads", json={"metadata": {"note": "plain-eve-text"}})
        assert response.status_code == 500
        assert "plain-eve-text" not in response.text
        put = {"namespace": ["eve"], "key": "a", "value": {"text": "plain-eve-text"}}
        assert eve.put("/store/items", json=put).status_code == 500
    with server.client() as api:
        assert ok(api.post("/threads/search", json={"metadata": {"owner": "eve"}})) == []
        assert ok(api.get("/store/items", params={"namespace": "eve", "key": "a"})) is None


def test_the_header_does_not_choose_the_tenant_of_a_user_who_has_one(
    server: EncryptingServer,
) -> None:
    header = "eyJ0ZW5hbnRfaWQiOiAib3RoZXIifQ=="  # {"tenant_id": "other"}
    with server.client(**{"X-Encryption-Context": header}) as api:
        thread_id = make_thread(api, note="plain-header-text")
        assert at_rest(api, thread_id)["__encryption_context__"] == {"tenant_id": "acme"}


def test_ciphertext_from_a_caller_is_refused(api: httpx.Client, server: EncryptingServer) -> None:
    stolen = at_rest(api, make_thread(api, note="plain-stolen-text"))["note"]
    with server.client("thief@acme") as thief:
        for key in ("note", "topic"):
            assert thief.post("/threads", json={"metadata": {key: stolen}}).status_code == 500
        assert ok(thief.post("/threads/search", json={"metadata": {"owner": "thief"}})) == []


def test_the_log_names_the_error_and_quotes_no_plaintext(
    api: httpx.Client, server: EncryptingServer
) -> None:
    stolen = at_rest(api, make_thread(api, note="plain-log-text"))["note"]
    api.post("/threads", json={"metadata": {"other": "plain-log-text", "note": stolen}})
    log = server.log_with(
        "AlreadyEncryptedError: thread.metadata['note']: the value is encrypted already"
    )
    assert "plain-log-text" not in log
    assert K1 not in log


def files(state: Path) -> bytes:
    return b"\n".join(p.read_bytes() for p in sorted(state.rglob("*")) if p.is_file())


def fill(api: httpx.Client) -> str:
    """Store what the in-memory edition encrypts; no run, which leaves its arguments in clear."""
    thread_id = make_thread(api, note="plain-thread-text", topic="before")
    body = {"graph_id": "echo", "metadata": {"m": "plain-m-text"}, "context": {"c": "plain-c-text"}}
    ok(api.post("/assistants", json=body))
    value = {"kind": "kept", "text": "plain-store-text"}
    ok(api.put("/store/items", json={"namespace": ["n"], "key": "a", "value": value}))
    cron = {"assistant_id": "echo", "schedule": "0 0 1 1 *", "input": {"t": "plain-cron-text"}}
    ok(api.post("/runs/crons", json=cron))
    return thread_id


def test_files_hold_no_plaintext_and_keys_rotate_over_restarts(tmp_path: Path) -> None:
    with EncryptingServer(tmp_path, f"k1:{K1}") as server, server.client() as api:
        old = fill(api)
        with server.client("zoe@zeta") as zeta:
            zetas = make_thread(zeta, note="plain-zeta-text")
    kept = files(tmp_path)
    assert b"before" in kept
    assert b"gwe1:" in kept
    assert SECRET.findall(kept) == []

    with EncryptingServer(tmp_path, f"k2:{K2},k1:{K1}") as server, server.client() as api:
        assert ok(api.get(f"/threads/{old}"))["metadata"]["note"] == "plain-thread-text"
        item = ok(api.get("/store/items", params={"namespace": "n", "key": "a"}))
        assert item["value"]["text"] == "plain-store-text"
        new = make_thread(api, note="plain-new-text")
        ok(api.patch(f"/threads/{old}", json={"metadata": {"more": "plain-more-text"}}))
        assert key_ids(at_rest(api, new)) == {"k2"}
        assert key_ids(at_rest(api, old)) == {"k1", "k2"}
        both = {t["metadata"].get("note") for t in ok(api.post("/threads/search", json={}))}
        assert both == {"plain-thread-text", "plain-new-text", "plain-zeta-text"}
    assert SECRET.findall(files(tmp_path)) == []

    # The second key is now one that only the tenant zeta may use, and k1 is a third tenant's.
    swapped = f"shared:{OTHER},zeta/k2:{K2},acme/k1:{K1}"
    with EncryptingServer(tmp_path, swapped) as server, server.client() as api:
        assert api.get(f"/threads/{new}").status_code == 500
        assert api.get(f"/threads/{zetas}").status_code == 500
        server.log_with("UnknownKeyError: key 'k2' belongs to another tenant")
        log = server.log_with("UnknownKeyError: key 'k1' belongs to another tenant")
    assert not SECRET.search(log.encode())


@pytest.mark.parametrize(
    ("path", "environment"),
    [
        ("./encryption_explicit.py:encryption", {"ISOLATE_TENANTS": "1"}),
        (
            "graphwire_encryption.deployment:encryption",
            {
                "GRAPHWIRE_ENCRYPTION_TENANT": "user.org",
                "GRAPHWIRE_ENCRYPTION_READABLE": "owner, created_by, thread.metadata:topic",
                "GRAPHWIRE_PLUGINS": "",
            },
        ),
    ],
)
def test_the_explicit_bridge_and_the_ready_deployment_do_the_same(
    tmp_path: Path, path: str, environment: dict[str, str]
) -> None:
    with (
        EncryptingServer(tmp_path, f"k1:{K1}", path=path, environment=environment) as server,
        server.client() as api,
    ):
        thread_id = make_thread(api, note="plain-thread-text", topic="here")
        stored = at_rest(api, thread_id)
        assert not SECRET.search(json.dumps(stored).encode())
        assert stored["topic"] == "here"
        assert stored["__encryption_context__"] == {"tenant_id": "acme"}
        assert ok(api.get(f"/threads/{thread_id}"))["metadata"]["note"] == "plain-thread-text"
        body = {"assistant_id": "echo", "input": {"text": "hello"}}
        assert ok(api.post("/runs/wait", json=body))["answer"] == "heard: hello"
        with server.client("eve") as eve:
            assert eve.post("/threads", json={"metadata": {"n": 1}}).status_code == 500
        # No access rule protects the thread: the server decrypts for whoever it lets through.
        with server.client("bob@other") as bob:
            status = bob.get(f"/threads/{thread_id}").status_code
        assert status == (500 if "ISOLATE_TENANTS" in environment else 200)
        assert ok(api.get(f"/threads/{thread_id}"))["metadata"]["note"] == "plain-thread-text"


def test_checkpoints_are_encrypted_for_the_tenant_of_their_run(tmp_path: Path) -> None:
    config = CONFIG.with_name("langgraph_checkpointer.json")
    with EncryptingServer(tmp_path, f"k1:{K1}", config=config) as server, server.client() as api:
        thread_id = make_thread(api)
        body = {"assistant_id": "echo", "input": {"text": "plain-check-text"}}
        answer = ok(api.post(f"/threads/{thread_id}/runs/wait", json=body))
        assert answer["answer"] == "heard: plain-check-text"
        assert ok(api.get(f"/threads/{thread_id}/state"))["values"] == answer
        kept = ok(api.get("/kept"))
        assert kept["formats"] == ["gwe1"]
        assert kept["bytes"] > 500
        assert not kept["plain"]
        with server.client("bob@other") as bob:
            assert bob.get(f"/threads/{thread_id}/state").status_code == 500
        assert "plain-check-text" not in server.log_with("DecryptionError: the data key does not")
