"""Graph factories in the real server: what they are told, and what they make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graphwire import Client, get_sync_client
from graphwire.errors import RunFailedError
from graphwire_core.testing import DevServer


@pytest.fixture(scope="module")
def client(one_worker: DevServer) -> Iterator[Client]:
    with get_sync_client(one_worker.url) as client:
        yield client


def told(client: Client, graph: str, **options: Any) -> Any:
    values = client.runs.wait(None, graph, input={}, **options)
    assert isinstance(values, dict)
    return values["told"]


def test_an_execution_has_a_context_of_the_annotated_type(client: Client) -> None:
    found = told(client, "typed", context={"tenant": "acme", "seats": "4"})
    assert (found["variant"], found["access_context"]) == ("ExecutionRuntime", "threads.create_run")
    assert (found["context"], found["seats"]) == (["Context", "acme"], 5)
    assert found["graph_id"] == "typed"
    assert told(client, "typed")["context"] == ["Context", "nobody"]


def test_a_context_that_does_not_fit_fails_the_run_and_says_where(client: Client) -> None:
    with pytest.raises(RunFailedError, match=r"context\.seats: expected .* integer") as caught:
        told(client, "typed", context={"seats": "many"})
    assert caught.value.type == "InvalidArgumentError"
    assert "many" not in str(caught.value)


def test_reading_and_writing_a_state_are_the_read_variant(client: Client) -> None:
    thread_id = client.threads.create().thread_id
    client.runs.wait(thread_id, "typed", input={})
    client.threads.update_state(thread_id, {"told": "by hand"})
    assert client.threads.get_state(thread_id).values == {"told": "by hand"}
    (assistant,) = client.assistants.search(graph_id="typed")
    client.assistants.get_schemas(assistant.assistant_id)
    items = client.store.search_items(["tests", "told"], limit=100)
    variants = {item.key: item.value["variant"] for item in items}
    assert variants == {
        "threads.create_run": "ExecutionRuntime",
        "threads.update": "ReadRuntime",
        "threads.read": "ReadRuntime",
        "assistants.read": "ReadRuntime",
    }


def test_without_authentication_there_is_no_user_to_ensure(client: Client) -> None:
    assert told(client, "typed")["ensured"].startswith(
        "No authenticated user in threads.create_run"
    )


def test_the_user_of_the_run_is_the_user_of_the_factory(deployment: str) -> None:
    with get_sync_client(deployment, headers={"authorization": "Bearer ada-token"}) as client:
        found = told(client, "typed")
    assert (found["user"], found["ensured"]) == ("ada", "ada")


def test_a_context_manager_opens_for_executions_and_closes_after_them(client: Client) -> None:
    told(client, "managed")
    opened = told(client, "managed")["opened"]
    assert opened[-3:] == ["opened", "closed", "opened"]
    (assistant,) = client.assistants.search(graph_id="managed")
    client.assistants.get_graph(assistant.assistant_id)
    assert told(client, "managed")["opened"] == [*opened, "closed", "opened"]


def test_a_factory_may_ask_for_nothing(client: Client) -> None:
    assert told(client, "plain") == {"plain": True}
