"""The one table of requests: every method of every resource, and what each call sends."""

from typing import Any

from tests.core.recording import STREAM, Reply, json_reply
from tests.core.requests import assistants, crons, runs, server, store, streams, threads
from tests.core.requests.row import NO_BODY, Row

__all__ = ["ANSWERS", "NO_BODY", "TABLE", "Row"]

TABLE: list[Row] = [
    *assistants.ROWS,
    *threads.ROWS,
    *runs.ROWS,
    *streams.ROWS,
    *crons.ROWS,
    *store.ROWS,
    *server.ROWS,
]

NOW = "2026-01-02T03:04:05+00:00"
ASSISTANT: dict[str, Any] = {
    "assistant_id": "a",
    "graph_id": "g",
    "config": {},
    "metadata": {},
    "version": 1,
    "name": "n",
    "created_at": NOW,
    "updated_at": NOW,
}
THREAD: dict[str, Any] = {
    "thread_id": "t",
    "created_at": NOW,
    "updated_at": NOW,
    "metadata": {},
    "status": "idle",
}
STATE: dict[str, Any] = {"values": {}, "next": []}
RUN: dict[str, Any] = {
    "run_id": "r",
    "thread_id": "t",
    "assistant_id": "a",
    "created_at": NOW,
    "updated_at": NOW,
    "status": "pending",
    "metadata": {},
}
CRON: dict[str, Any] = {
    "cron_id": "c",
    "schedule": "* * * * *",
    "created_at": NOW,
    "updated_at": NOW,
    "payload": {},
}
ROWS_HELD: dict[str, Any] = {"count": 0, "bytes": 0}
STORAGE: dict[str, Any] = {
    "thread_id": "t",
    "total_bytes": 0,
    "checkpoints": ROWS_HELD,
    "channel_values": ROWS_HELD,
    "pending_writes": ROWS_HELD,
}

ANSWERS: dict[str, Reply] = {
    "assistants.get": json_reply(ASSISTANT),
    "assistants.get_graph": json_reply({"nodes": [], "edges": []}),
    "assistants.get_schemas": json_reply({}),
    "assistants.get_subgraphs": json_reply({}),
    "assistants.create": json_reply(ASSISTANT),
    "assistants.update": json_reply(ASSISTANT),
    "assistants.delete": Reply(b"", 204),
    "assistants.search": json_reply([]),
    "assistants.count": json_reply(0),
    "assistants.get_versions": json_reply([]),
    "assistants.set_latest": json_reply(ASSISTANT),
    "threads.get": json_reply(THREAD),
    "threads.create": json_reply(THREAD),
    "threads.update": json_reply(THREAD),
    "threads.delete": Reply(b"", 204),
    "threads.search": json_reply([]),
    "threads.count": json_reply(0),
    "threads.copy": json_reply(THREAD),
    "threads.prune": json_reply({"pruned_count": 1}),
    "threads.storage": json_reply(STORAGE),
    "threads.get_state": json_reply(STATE),
    "threads.update_state": json_reply({"checkpoint": {}}),
    "threads.get_history": json_reply([STATE]),
    "threads.join_stream": STREAM,
    "runs.create": json_reply(RUN),
    "runs.wait": json_reply({}),
    "runs.create_batch": json_reply([RUN]),
    "runs.list": json_reply([]),
    "runs.get": json_reply(RUN),
    "runs.cancel": Reply(b"", 202),
    "runs.cancel_many": Reply(b"", 204),
    "runs.join": json_reply({}),
    "runs.delete": Reply(b"", 204),
    "runs.stream": STREAM,
    "runs.join_stream": STREAM,
    "runs.resume": STREAM,
    "crons.create_for_thread": json_reply(CRON),
    "crons.create": json_reply(CRON),
    "crons.get": json_reply(CRON),
    "crons.delete": Reply(b"", 204),
    "crons.update": json_reply(CRON),
    "crons.search": json_reply([]),
    "crons.count": json_reply(0),
    "store.put_item": Reply(b"", 204),
    "store.get_item": json_reply(None),
    "store.delete_item": Reply(b"", 204),
    "store.search_items": json_reply({"items": []}),
    "store.list_namespaces": json_reply({"namespaces": []}),
    "server.info": json_reply({"version": "1"}),
    "server.ok": json_reply({"ok": True}),
    "server.metrics": json_reply({}),
    "server.openapi": json_reply({}),
    "request": json_reply({}),
}
"""A small answer to each call."""
