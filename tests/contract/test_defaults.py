"""Leaving a key out is the same to the server as the default that the official SDK sends."""

from __future__ import annotations

import json
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import httpx
import langgraph_sdk.client
import pytest
from tests.contract.defaults import DEFAULTS, Default, answer
from tests.contract.signatures import methods

from graphwire import get_sync_client
from graphwire.errors import GraphwireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.prepared import Finished

    from graphwire_core.testing import DevServer

URL = "http://server.test"
ID = "01a20471-96c8-755a-b217-185b65e47c68"
RUN: dict[str, Any] = {"thread_id": ID, "run_id": ID}

CALLS: dict[str, dict[str, Any]] = {
    "assistants.get": {"assistant_id": ID},
    "assistants.get_graph": {"assistant_id": ID},
    "assistants.get_schemas": {"assistant_id": ID},
    "assistants.get_subgraphs": {"assistant_id": ID},
    "assistants.create": {"graph_id": "g"},
    "assistants.update": {"assistant_id": ID},
    "assistants.delete": {"assistant_id": ID},
    "assistants.search": {},
    "assistants.count": {},
    "assistants.get_versions": {"assistant_id": ID},
    "assistants.set_latest": {"assistant_id": ID, "version": 1},
    "threads.get": {"thread_id": ID},
    "threads.create": {},
    "threads.create with ttl": {"ttl": 5},
    "threads.update": {"thread_id": ID, "metadata": {}},
    "threads.update with ttl": {"thread_id": ID, "metadata": {}, "ttl": 5},
    "threads.delete": {"thread_id": ID},
    "threads.search": {},
    "threads.count": {},
    "threads.copy": {"thread_id": ID},
    "threads.prune": {"thread_ids": [ID]},
    "threads.get_state": {"thread_id": ID},
    "threads.get_state by id": {"thread_id": ID, "checkpoint_id": ID},
    "threads.get_state by checkpoint": {"thread_id": ID, "checkpoint": {"checkpoint_id": ID}},
    "threads.update_state": {"thread_id": ID, "values": {}},
    "threads.get_history": {"thread_id": ID},
    "threads.join_stream": {"thread_id": ID},
    "runs.stream": {"thread_id": ID, "assistant_id": ID},
    "runs.stream stateless": {"thread_id": None, "assistant_id": ID},
    "runs.create": {"thread_id": ID, "assistant_id": ID},
    "runs.create stateless": {"thread_id": None, "assistant_id": ID},
    "runs.wait": {"thread_id": ID, "assistant_id": ID},
    "runs.wait stateless": {"thread_id": None, "assistant_id": ID},
    "runs.create_batch": {"payloads": [{"assistant_id": ID}]},
    "runs.list": {"thread_id": ID},
    "runs.get": RUN,
    "runs.cancel": RUN,
    "runs.cancel_many": {"status": "all"},
    "runs.join": RUN,
    "runs.join_stream": RUN,
    "runs.delete": RUN,
    "crons.create_for_thread": {"thread_id": ID, "assistant_id": ID, "schedule": "* * * * *"},
    "crons.create": {"assistant_id": ID, "schedule": "* * * * *"},
    "crons.update": {"cron_id": ID, "enabled": False},
    "crons.delete": {"cron_id": ID},
    "crons.search": {},
    "crons.count": {},
    "store.put_item": {"namespace": ["n"], "key": "k", "value": {}},
    "store.get_item": {"namespace": ["n"], "key": "k"},
    "store.delete_item": {"namespace": ["n"], "key": "k"},
    "store.search_items": {"namespace_prefix": ["n"]},
    "store.list_namespaces": {},
}
"""Every call with just what it needs, and in the forms that make a difference."""

FIRST = {"namespace", "namespace_prefix"}
"""Arguments that go by position only."""


def official(http: httpx.Client) -> Any:
    return langgraph_sdk.client.SyncLangGraphClient(http)


def ours(http: httpx.Client) -> Any:
    return get_sync_client(URL, http_client=http, api_key=None)


def request_of(make: Callable[[httpx.Client], Any], call: str) -> dict[tuple[str, str], str]:
    """Make a call without a server; return what it sends, by place and key."""
    sent: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        streams = "event-stream" in request.headers["accept"]
        return httpx.Response(
            200,
            headers={"content-type": "text/event-stream" if streams else "application/json"},
            content=b"" if streams else b"null",
        )

    http = httpx.Client(base_url=URL, transport=httpx.MockTransport(keep))
    with http, make(http) as client:
        method = attrgetter(call.partition(" ")[0])(client)
        first = [value for name, value in CALLS[call].items() if name in FIRST]
        rest = {name: value for name, value in CALLS[call].items() if name not in FIRST}
        with suppress(GraphwireError):  # the answer fits nothing; the request is what counts
            result = method(*first, **rest)
            if hasattr(result, "__iter__"):
                assert list(result) == []
    return dict(_keys(sent[0]))


def _keys(request: httpx.Request) -> Iterator[tuple[tuple[str, str], str]]:
    for key, value in request.url.params.multi_items():
        yield ("query", key), value
    body = json.loads(request.content) if request.content else {}
    parts = {"body": body} if isinstance(body, dict) else {}
    for name, part in body.items() if isinstance(body, dict) else ():
        if isinstance(part, dict):
            parts[f"body.{name}"] = part
    for place, part in parts.items():
        for key, value in part.items():
            if f"{place}.{key}" not in parts:
                yield (place, key), json.dumps(value)


def listed(call: str) -> set[tuple[str, str, str]]:
    """Return what the table says about a call, as it stands on the wire."""
    name = call.partition(" ")[0]
    plain = name if f"{name} stateless" not in {row.call for row in DEFAULTS} else call
    return {(row.place, row.key, _text(row)) for row in DEFAULTS if row.call == plain}


def _text(row: Default) -> str:
    if row.place == "query" and isinstance(row.value, str):
        return row.value
    return json.dumps(row.value)


@pytest.mark.parametrize("call", CALLS)
def test_the_table_lists_all_that_only_the_official_sdk_sends(call: str) -> None:
    theirs, mine = request_of(official, call), request_of(ours, call)

    assert mine.items() <= theirs.items()
    only = {(*place, value) for place, value in (theirs.items() - mine.items())}
    assert only <= listed(call)


@pytest.mark.parametrize("row", DEFAULTS, ids=repr)
def test_the_table_lists_nothing_else(row: Default) -> None:
    calls = [call for call in CALLS if (row.place, row.key, _text(row)) in listed(call)]
    sent = [request_of(official, call) for call in calls]

    assert any((row.place, row.key) in keys for keys in sent)
    assert not any((row.place, row.key) in request_of(ours, call) for call in calls)


def test_the_calls_are_those_of_the_official_sdk() -> None:
    with httpx.Client(base_url=URL) as http:
        client = official(http)
        resources = {name: kind for name, kind in vars(client).items() if name != "http"}
    every = {
        f"{name}.{method}" for name, kind in resources.items() for method in methods(type(kind))
    }

    assert {call.partition(" ")[0] for call in CALLS} == every - {"threads.stream"}


@pytest.mark.parametrize("row", DEFAULTS, ids=repr)
def test_leaving_a_key_out_is_sending_its_default(
    row: Default, server: DevServer, prepared: dict[str, Finished]
) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as http:
        nothing, default, control = row.probe(http, [{}, {row.key: row.value}, row.control])

    assert nothing == default
    assert control != default


def test_the_one_default_that_the_server_does_not_share_is_sent(server: DevServer) -> None:
    steps = [
        {"updates": [{"values": {"amount": 2}, "as_node": "__start__"}]},
        {"updates": [{"values": {"total": 2}, "as_node": "add"}]},
    ]
    with httpx.Client(base_url=server.url) as http, get_sync_client(url=server.url) as client:
        thread = client.threads.create(graph_id="counter", supersteps=steps)
        path = f"/threads/{thread.thread_id}/history"

        assert len(answer(http.post(path, json={}))) == 1
        assert len(client.threads.get_history(thread.thread_id)) == 2
    assert request_of(ours, "threads.get_history") == {("body", "limit"): "10"}
