"""Keys that the official SDK always sends with a default, and how the server shows each of them.

A probe asks the real server once for each variant of the key: left out, the default, and a control
value that must make a difference, so that the probe is known to see the key at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

Sent = Mapping[str, Any]
"""The variant of a key: the query or body keys to send."""

Probe = Callable[[httpx.Client, Sequence[Sent]], list[Any]]
"""Tells what the server does for each variant."""

LATER = 3600
ROWS = 12
EVENTS = {"accept": "text/event-stream", "last-event-id": "-"}


class Default(NamedTuple):
    """A key that one call of the official SDK sends and ours leaves out."""

    call: str
    place: str
    """`query`, or the part of the body."""
    key: str
    value: Any
    control: Sent
    """What to send instead to see a difference."""
    probe: Probe

    def __repr__(self) -> str:
        return f"{self.call} {self.key}"


def one_by_one(ask: Callable[[httpx.Client, Sent], Any]) -> Probe:
    """Make a probe of a function that asks for one variant."""
    return lambda http, variants: [ask(http, sent) for sent in variants]


def answer(response: httpx.Response) -> Any:
    assert response.is_success, response.text
    return response.json() if response.content else None


def thread(http: httpx.Client, **body: Any) -> str:
    return str(answer(http.post("/threads", json=body))["thread_id"])


def pending_run(http: httpx.Client, thread_id: str, **body: Any) -> Any:
    body = {"assistant_id": "counter", "after_seconds": LATER, **body}
    return answer(http.post(f"/threads/{thread_id}/runs", json=body))


def assistant_id(http: httpx.Client, graph_id: str) -> str:
    created_by = {"created_by": "system"}
    body = {"graph_id": graph_id, "metadata": created_by}
    return str(answer(http.post("/assistants/search", json=body))[0]["assistant_id"])


def graph(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    return [answer(http.get("/assistants/full/graph", params=sent)) for sent in variants]


def subgraphs(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    path = f"/assistants/{assistant_id(http, 'full')}/subgraphs"
    return [answer(http.get(path, params=sent)) for sent in variants]


def searched(path: str, make: Callable[[httpx.Client, str], object], rows: int = ROWS) -> Probe:
    """Make a probe of a search by a tag, which that many rows bear."""

    def probe(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
        tag = str(uuid4())
        for _ in range(rows):
            make(http, tag)
        return [page(http, path, {"metadata": {"tag": tag}}, sent) for sent in variants]

    return probe


def page(http: httpx.Client, path: str, body: Sent, sent: Sent) -> tuple[Any, str | None]:
    """Ask for a page; return its rows and where the server says that the next one begins."""
    response = http.post(path, json={**body, **sent})
    return answer(response), response.headers.get("x-pagination-next")


def new_assistant(http: httpx.Client, tag: str) -> None:
    answer(http.post("/assistants", json={"graph_id": "echo", "metadata": {"tag": tag}}))


def new_thread(http: httpx.Client, tag: str) -> None:
    thread(http, metadata={"tag": tag})


def new_cron(http: httpx.Client, tag: str) -> None:
    body = {"assistant_id": "counter", "schedule": "0 0 1 1 *", "enabled": False}
    answer(http.post("/runs/crons", json={**body, "metadata": {"tag": tag}}))


def versions(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    made = answer(http.post("/assistants", json={"graph_id": "echo"}))["assistant_id"]
    for n in range(1, ROWS):
        answer(http.patch(f"/assistants/{made}", json={"name": f"version {n}"}))
    return [answer(http.post(f"/assistants/{made}/versions", json=sent)) for sent in variants]


def runs(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    thread_id = thread(http)
    for _ in range(ROWS):
        pending_run(http, thread_id)
    return [answer(http.get(f"/threads/{thread_id}/runs", params=sent)) for sent in variants]


def items(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    namespace = [str(uuid4())]
    for n in range(ROWS):
        item = {"namespace": namespace, "key": f"k{n}", "value": {"n": n}}
        answer(http.put("/store/items", json=item))
    body = {"namespace_prefix": namespace}
    return [answer(http.post("/store/items/search", json={**body, **sent})) for sent in variants]


def namespaces(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    root = str(uuid4())
    for n in range(102):
        item = {"namespace": [root, str(n)], "key": "k", "value": {}}
        answer(http.put("/store/items", json=item))
    body = {"prefix": [root]}
    return [answer(http.post("/store/namespaces", json={**body, **sent})) for sent in variants]


def state(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    """Read the state of a thread whose subgraph asks a question; the runs are made at once."""
    thread_id = interrupted_subgraph(http)
    return [answer(http.get(f"/threads/{thread_id}/state", params=sent)) for sent in variants]


def state_at_checkpoint(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    thread_id = interrupted_subgraph(http)
    path = f"/threads/{thread_id}/state/checkpoint"
    checkpoint = {"thread_id": thread_id, "checkpoint_ns": ""}
    return [answer(http.post(path, json={"checkpoint": checkpoint, **sent})) for sent in variants]


def interrupted_subgraph(http: httpx.Client) -> str:
    """Find the thread that the fixture `prepared` has made."""
    body = {"metadata": {"prepared": "subgraph_interrupt"}}
    return str(answer(http.post("/threads/search", json=body))[0]["thread_id"])


def created_run(http: httpx.Client, sent: Sent) -> Any:
    row = pending_run(http, thread(http), **sent)
    return described(row)


def stateless_run(http: httpx.Client, sent: Sent) -> Any:
    body = {"assistant_id": "counter", "after_seconds": LATER, **sent}
    return described(answer(http.post("/runs", json=body)))


def streamed_run(http: httpx.Client, sent: Sent) -> Any:
    body = {"assistant_id": "counter", "after_seconds": LATER, **sent}
    path = f"/threads/{thread(http)}/runs/stream"
    with http.stream("POST", path, json=body) as response:
        assert response.is_success
        return described(answer(http.get(response.headers["content-location"])))


def described(run: Any) -> Any:
    """Keep what a run was created with, but for its ids."""
    kept = {key: value for key, value in run["kwargs"].items() if key != "config"}
    return kept | {"multitask_strategy": run["multitask_strategy"], "status": run["status"]}


def cancelled_run(http: httpx.Client, sent: Sent) -> Any:
    run = pending_run(http, thread(http))
    path = f"/threads/{run['thread_id']}/runs/{run['run_id']}"
    response = http.post(f"{path}/cancel", params=sent)
    after = http.get(path)
    return response.status_code, response.content, after.json().get("status", after.status_code)


def cancelled_runs(http: httpx.Client, sent: Sent) -> Any:
    run = pending_run(http, thread(http))
    body = {"thread_id": run["thread_id"], "run_ids": [run["run_id"]]}
    response = http.post("/runs/cancel", params=sent, json=body)
    after = http.get(f"/threads/{run['thread_id']}/runs/{run['run_id']}")
    return response.status_code, response.content, after.json().get("status", after.status_code)


def left_streams(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    """Join a run for each variant, leave at once, and see how the run ends."""
    body = {"assistant_id": "slow", "input": {"count": 4, "delay": 0.05}}
    made = [answer(http.post(f"/threads/{thread(http)}/runs", json=body)) for _ in variants]
    paths = [f"/threads/{run['thread_id']}/runs/{run['run_id']}" for run in made]
    with ExitStack() as stack:
        for path, sent in zip(paths, variants, strict=True):
            stack.enter_context(http.stream("GET", f"{path}/stream", params=sent))
    for path in paths:
        answer(http.get(f"{path}/join"))
    return [answer(http.get(path))["status"] for path in paths]


def replayed_run(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    """Join a resumable run that is over, from its first event."""
    path = resumable_run(http)
    responses = [http.get(f"{path}/stream", params=sent, headers=EVENTS) for sent in variants]
    assert all(response.is_success for response in responses)
    return [response.text for response in responses]


def replayed_thread(http: httpx.Client, variants: Sequence[Sent]) -> list[Any]:
    """Follow a thread from its first event to the end of its run."""
    path = resumable_run(http).split("/runs/")[0]
    return [list(until_done(http, f"{path}/stream", sent)) for sent in variants]


def resumable_run(http: httpx.Client) -> str:
    body = {"assistant_id": "slow", "input": {"count": 2}, "stream_resumable": True}
    body["stream_mode"] = ["values", "custom"]
    run = answer(http.post(f"/threads/{thread(http)}/runs", json=body))
    path = f"/threads/{run['thread_id']}/runs/{run['run_id']}"
    answer(http.get(f"{path}/join"))
    return path


def until_done(http: httpx.Client, path: str, sent: Sent) -> Iterator[str]:
    with http.stream("GET", path, params=sent, headers=EVENTS) as response:
        for line in response.iter_lines():
            yield line
            if "run_done" in line:
                return


def documented_ttl(schema: str) -> Probe:
    """Read the default from the server's own document: the in-memory server expires nothing."""

    def ask(http: httpx.Client, sent: Sent) -> Any:
        document = answer(http.get("/openapi.json"))["components"]["schemas"][schema]
        strategy = document["properties"]["ttl"]["properties"]["strategy"]
        return sent.get("strategy", strategy["default"])

    return one_by_one(ask)


def paged(call: str, place: str, probe: Probe, *, limit: int = 10) -> list[Default]:
    """Name the two keys of a list: the size of a page, and where it begins."""
    return [
        Default(call, place, "limit", limit, {"limit": limit + 1}, probe),
        Default(call, place, "offset", 0, {"offset": 1}, probe),
    ]


def run_body(call: str, probe: Probe) -> list[Default]:
    """Name the keys of a run."""
    return [
        Default(call, "body", "stream_mode", "values", {"stream_mode": "updates"}, probe),
        Default(call, "body", "stream_subgraphs", False, {"stream_subgraphs": True}, probe),
        Default(call, "body", "stream_resumable", False, {"stream_resumable": True}, probe),
    ]


CANCEL, CANCEL_MANY = one_by_one(cancelled_run), one_by_one(cancelled_runs)
KEEP = {"strategy": "keep_latest"}

DEFAULTS: list[Default] = [
    Default("assistants.get_graph", "query", "xray", False, {"xray": True}, graph),
    Default("assistants.get_subgraphs", "query", "recurse", False, {"recurse": True}, subgraphs),
    *paged("assistants.search", "body", searched("/assistants/search", new_assistant)),
    *paged("assistants.get_versions", "body", versions),
    *paged("threads.search", "body", searched("/threads/search", new_thread)),
    Default("threads.get_state", "query", "subgraphs", False, {"subgraphs": True}, state),
    Default(
        "threads.get_state", "body", "subgraphs", False, {"subgraphs": True}, state_at_checkpoint
    ),
    Default(  # the server reads `stream_modes`, and so does this SDK
        "threads.join_stream",
        "query",
        "stream_mode",
        "run_modes",
        {"stream_modes": "lifecycle"},
        replayed_thread,
    ),
    Default(
        "threads.create", "body.ttl", "strategy", "delete", KEEP, documented_ttl("ThreadCreate")
    ),
    Default(
        "threads.update", "body.ttl", "strategy", "delete", KEEP, documented_ttl("ThreadPatch")
    ),
    *run_body("runs.create", one_by_one(created_run)),
    *run_body("runs.create stateless", one_by_one(stateless_run)),
    *run_body("runs.stream", one_by_one(streamed_run)),
    *paged("runs.list", "query", runs),
    Default("runs.cancel", "query", "wait", 0, {"wait": 1}, CANCEL),
    Default("runs.cancel", "query", "action", "interrupt", {"action": "rollback"}, CANCEL),
    Default(
        "runs.cancel_many", "query", "action", "interrupt", {"action": "rollback"}, CANCEL_MANY
    ),
    Default(
        "runs.join_stream",
        "query",
        "cancel_on_disconnect",
        False,
        {"cancel_on_disconnect": True},
        left_streams,
    ),
    Default(
        "runs.join_stream", "query", "stream_mode", "", {"stream_mode": "custom"}, replayed_run
    ),
    *paged("crons.search", "body", searched("/runs/crons/search", new_cron)),
    *paged("store.search_items", "body", items),
    *paged("store.list_namespaces", "body", namespaces, limit=100),
]
"""Every key that the official SDK sends unasked, and that is left to the server here."""
