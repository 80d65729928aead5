"""Requests of `client.threads`."""

from datetime import timedelta
from uuid import UUID

from tests.core.requests.row import Row

from graphwire_core.models import Checkpoint, Command, StateUpdate, ThreadSuperstep, Ttl

ID = UUID("01a203c3-3765-7444-944e-78e72ff6932c")
THREAD = "/threads/a%2Fb"

ROWS = [
    Row("threads.get", ["a/b"], {}, f"GET {THREAD}"),
    Row("threads.get", [ID], {"include": []}, f"GET /threads/{ID}"),
    Row("threads.get", ["a/b"], {"include": ["ttl", "x"]}, f"GET {THREAD}?include=ttl%2Cx"),
    Row("threads.create", [], {}, "POST /threads", {}),
    Row(
        "threads.create",
        [],
        {
            "metadata": {"a": 1},
            "thread_id": "t",
            "if_exists": "raise",
            "graph_id": "g",
            "ttl": 5,
        },
        "POST /threads",
        {
            "thread_id": "t",
            "metadata": {"a": 1, "graph_id": "g"},
            "if_exists": "raise",
            "ttl": {"ttl": 5},
        },
    ),
    Row(
        "threads.create",
        [],
        {"ttl": {"ttl": 3, "strategy": "keep_latest"}},
        "POST /threads",
        {"ttl": {"ttl": 3, "strategy": "keep_latest"}},
    ),
    Row("threads.create", [], {"ttl": 1.5}, "POST /threads", {"ttl": {"ttl": 1.5}}),
    Row("threads.create", [], {"ttl": 0}, "POST /threads", {"ttl": {"ttl": 0}}),
    Row("threads.create", [], {"ttl": timedelta(hours=2)}, "POST /threads", {"ttl": {"ttl": 120}}),
    Row(
        "threads.create",
        [],
        {"ttl": Ttl(ttl=timedelta(days=1), strategy="delete")},
        "POST /threads",
        {"ttl": {"ttl": 1440, "strategy": "delete"}},
    ),
    Row(
        "threads.create",
        [],
        {"graph_id": "g"},
        "POST /threads",
        {"metadata": {"graph_id": "g"}},
    ),
    Row(
        "threads.create",
        [],
        {"metadata": {"graph_id": "x"}, "graph_id": "g", "thread_id": ID},
        "POST /threads",
        {"thread_id": str(ID), "metadata": {"graph_id": "g"}},
    ),
    Row(
        "threads.create",
        [],
        {"supersteps": [{"updates": [{"values": None, "command": {"goto": "z"}, "as_node": "m"}]}]},
        "POST /threads",
        {"supersteps": [{"updates": [{"values": None, "command": {"goto": "z"}, "as_node": "m"}]}]},
    ),
    Row(
        "threads.create",
        [],
        {
            "supersteps": [
                ThreadSuperstep(
                    updates=[
                        StateUpdate(as_node="n", values={"a": 1}),
                        StateUpdate(as_node="m", command=Command(goto="z")),
                    ]
                )
            ]
        },
        "POST /threads",
        {
            "supersteps": [
                {
                    "updates": [
                        {"as_node": "n", "values": {"a": 1}},
                        {"as_node": "m", "command": {"goto": "z"}},
                    ]
                }
            ]
        },
    ),
    Row("threads.update", ["a/b"], {"metadata": {}}, f"PATCH {THREAD}", {"metadata": {}}),
    Row(
        "threads.update",
        ["a/b"],
        {
            "metadata": {"a": 1},
            "ttl": 9,
            "return_minimal": True,
            "headers": {"X-H": "1"},
        },
        f"PATCH {THREAD}",
        {"metadata": {"a": 1}, "ttl": {"ttl": 9}},
        {"x-h": "1", "prefer": "return=minimal"},
    ),
    Row(
        "threads.update",
        ["a/b"],
        {"metadata": {}, "return_minimal": True, "headers": {"PREFER": "return=representation"}},
        f"PATCH {THREAD}",
        {"metadata": {}},
        {"prefer": "return=representation"},
    ),
    Row(
        "threads.update",
        ["a/b"],
        {"metadata": {"a": 1}, "ttl": {"strategy": "delete"}, "return_minimal": False},
        f"PATCH {THREAD}",
        {"metadata": {"a": 1}, "ttl": {"strategy": "delete"}},
    ),
    Row("threads.delete", ["a/b"], {}, f"DELETE {THREAD}"),
    Row("threads.search", [], {}, "POST /threads/search", {}),
    Row(
        "threads.search",
        [],
        {
            "metadata": {"a": 1},
            "values": {"v": 1},
            "ids": ["i", ID],
            "status": "idle",
            "limit": 2,
            "offset": 1,
            "sort_by": "status",
            "sort_order": "desc",
            "select": ["thread_id"],
            "extract": {"x": "values.a"},
        },
        "POST /threads/search",
        {
            "metadata": {"a": 1},
            "values": {"v": 1},
            "ids": ["i", str(ID)],
            "status": "idle",
            "limit": 2,
            "offset": 1,
            "sort_by": "status",
            "sort_order": "desc",
            "select": ["thread_id"],
            "extract": {"x": "values.a"},
        },
    ),
    Row(
        "threads.search",
        [],
        {"metadata": {}, "values": {}, "select": [], "extract": {}},
        "POST /threads/search",
        {"metadata": {}, "values": {}, "select": [], "extract": {}},
    ),
    Row("threads.count", [], {}, "POST /threads/count", {}),
    Row(
        "threads.count",
        [],
        {"metadata": {"a": 1}, "values": {"v": 1}, "status": "busy"},
        "POST /threads/count",
        {"metadata": {"a": 1}, "values": {"v": 1}, "status": "busy"},
    ),
    Row("threads.copy", ["a/b"], {}, f"POST {THREAD}/copy"),
    Row("threads.prune", [["a"]], {}, "POST /threads/prune", {"thread_ids": ["a"]}),
    Row(
        "threads.prune",
        [["a", ID]],
        {"strategy": "keep_latest"},
        "POST /threads/prune",
        {"thread_ids": ["a", str(ID)], "strategy": "keep_latest"},
    ),
    Row("threads.storage", ["a/b"], {}, f"GET {THREAD}/storage"),
    Row("threads.get_state", ["a/b"], {}, f"GET {THREAD}/state"),
    Row(
        "threads.get_state",
        ["a/b"],
        {"subgraphs": True, "select": ["values.messages", "next"]},
        f"GET {THREAD}/state?subgraphs=true&select=values.messages&select=next",
    ),
    Row("threads.get_state", ["a/b"], {"subgraphs": False}, f"GET {THREAD}/state?subgraphs=false"),
    Row(
        "threads.get_state",
        ["a/b"],
        {"checkpoint_id": "c/1", "subgraphs": True, "select": ["next"], "params": {"z": 1}},
        f"GET {THREAD}/state/c%2F1?subgraphs=true&select=next&z=1",
    ),
    Row(
        "threads.get_state",
        ["a/b", {"checkpoint_id": "c"}],
        {"subgraphs": True, "select": ["next"], "params": {"z": 1}},
        f"POST {THREAD}/state/checkpoint?z=1",
        {"checkpoint": {"checkpoint_id": "c"}, "subgraphs": True, "select": ["next"]},
    ),
    Row(
        "threads.get_state",
        ["a/b", {"checkpoint_id": "c"}, "cid"],
        {},
        f"POST {THREAD}/state/checkpoint",
        {"checkpoint": {"checkpoint_id": "c"}},
    ),
    Row(
        "threads.get_state",
        ["a/b"],
        {"checkpoint": Checkpoint(checkpoint_ns="", checkpoint_id="c")},
        f"POST {THREAD}/state/checkpoint",
        {"checkpoint": {"checkpoint_ns": "", "checkpoint_id": "c"}},
    ),
    Row("threads.update_state", ["a/b", None], {}, f"POST {THREAD}/state", {"values": None}),
    Row(
        "threads.update_state",
        ["a/b", {"a": 1}],
        {"as_node": "n", "checkpoint": {"checkpoint_id": "c"}, "checkpoint_id": "cid"},
        f"POST {THREAD}/state",
        {
            "values": {"a": 1},
            "checkpoint_id": "cid",
            "checkpoint": {"checkpoint_id": "c"},
            "as_node": "n",
        },
    ),
    Row(
        "threads.update_state",
        ["a/b", [{"a": 1}]],
        {},
        f"POST {THREAD}/state",
        {"values": [{"a": 1}]},
    ),
    # Without a limit, the server sends one state only.
    Row("threads.get_history", ["a/b"], {}, f"POST {THREAD}/history", {"limit": 10}),
    Row(
        "threads.get_history",
        ["a/b"],
        {
            "limit": 3,
            "before": "cp",
            "metadata": {"a": 1},
            "checkpoint": {"checkpoint_ns": ""},
            "select": ["values"],
        },
        f"POST {THREAD}/history",
        {
            "limit": 3,
            "before": {"configurable": {"checkpoint_id": "cp"}},
            "metadata": {"a": 1},
            "checkpoint": {"checkpoint_ns": ""},
            "select": ["values"],
        },
    ),
    Row(
        "threads.get_history",
        ["a/b"],
        {"before": {"checkpoint_id": "x"}, "limit": 10},
        f"POST {THREAD}/history",
        {"limit": 10, "before": {"configurable": {"checkpoint_id": "x"}}},
    ),
    Row(
        "threads.get_history",
        ["a/b"],
        {"before": {"configurable": {"checkpoint_id": "x"}}, "limit": 10},
        f"POST {THREAD}/history",
        {"limit": 10, "before": {"configurable": {"checkpoint_id": "x"}}},
    ),
    Row(
        "threads.get_history",
        ["a/b"],
        {"before": Checkpoint(checkpoint_ns="", checkpoint_id="x"), "limit": 10},
        f"POST {THREAD}/history",
        {"limit": 10, "before": {"configurable": {"checkpoint_ns": "", "checkpoint_id": "x"}}},
    ),
]
