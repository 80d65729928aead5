"""The examples of docs/in_process.md and docs/runtime.md that need a server, in one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphwire import Client, get_sync_client

TOPICS = ["tea", "coffee"]
REPORT = ["all about tea", "all about coffee"]


@pytest.fixture(scope="module")
def client(deployment: str) -> Iterator[Client]:
    with get_sync_client(deployment, headers={"authorization": "Bearer examples-token"}) as client:
        yield client


def test_the_supervisor_passes_on_what_the_researcher_does(client: Client) -> None:
    thread_id = client.threads.create().thread_id
    with client.runs.stream(
        thread_id, "supervisor", input={"topics": TOPICS}, stream_mode=["custom", "values"]
    ) as stream:
        parts = list(stream)
    notes = [part.data for part in parts if part.event == "custom"]
    assert notes == [{"researcher": {"reading": topic}} for topic in TOPICS]
    assert client.threads.get_state(thread_id).values["report"] == REPORT
    (item,) = client.store.search_items(["reports"])
    assert item.value == {"report": REPORT}


def test_the_routes_show_each_caller_its_own(client: Client) -> None:
    thread_id = client.threads.create().thread_id
    assert thread_id in client.request("GET", "/documented/mine")
    nobody = client.with_options(headers={"authorization": "Bearer newcomer-token"})
    assert nobody.request("GET", "/documented/mine") == []
    assert nobody.request("GET", "/documented/count") > 0


def test_the_factory_opens_what_the_context_names(client: Client) -> None:
    question = {"question": "Where"}
    for context, region in (({"region": "us"}, "us"), (None, "eu")):
        values = client.runs.wait(None, "documented", input=question, context=context)
        assert values == {**question, "answer": f"Where: asked in {region}"}
