"""Requests of `client.runs`, but for its streams."""

from uuid import UUID

from tests.core.requests.row import Row
from tests.core.requests.run_bodies import CASES

from graphwire_core.models import Command, RunCreate

ID = UUID("01a203c3-37b4-7777-919f-0db71d64f6d9")
RUN = "/threads/a%2Fb/runs/r%2F1"
BODY = {"assistant_id": "asst"}

ROWS = [
    *(
        Row("runs.create", ["a/b", "asst"], given, "POST /threads/a%2Fb/runs", BODY | sent)
        for given, sent in CASES
    ),
    *(
        Row("runs.wait", ["a/b", "asst"], given, "POST /threads/a%2Fb/runs/wait", BODY | sent)
        for given, sent in CASES
    ),
    Row("runs.create", [None, "asst"], {}, "POST /runs", BODY),
    Row(
        "runs.create",
        [],
        {"thread_id": ID, "assistant_id": ID, "params": {"z": 1}, "headers": {"X": "1"}},
        f"POST /threads/{ID}/runs?z=1",
        {"assistant_id": str(ID)},
        {"x": "1"},
    ),
    Row(
        "runs.create",
        ["t", "asst"],
        {"checkpoint_during": False},
        "POST /threads/t/runs",
        BODY | {"checkpoint_during": False},
        deprecated=True,
    ),
    Row("runs.wait", [None, "asst"], {"raise_error": False}, "POST /runs/wait", BODY),
    Row(
        "runs.wait",
        [None, ID],
        {"on_disconnect": "cancel", "output": dict},
        "POST /runs/wait",
        {"assistant_id": str(ID), "on_disconnect": "cancel"},
    ),
    Row(
        "runs.wait",
        ["t", "asst"],
        {"checkpoint_during": True},
        "POST /threads/t/runs/wait",
        BODY | {"checkpoint_during": True},
        deprecated=True,
    ),
    *(
        Row(
            "runs.create_batch",
            [[{"thread_id": "a/b", **BODY, **given}, BODY]],
            {},
            "POST /runs/batch",
            [{"thread_id": "a/b", **BODY, **sent}, BODY],
        )
        for given, sent in CASES
    ),
    Row(
        "runs.create_batch",
        [
            [
                RunCreate(assistant_id="asst", command=Command(resume=None), input=None),
                RunCreate(
                    assistant_id="asst",
                    thread_id="t",
                    on_disconnect="cancel",
                    langsmith_tracing={"project_name": "p"},
                    config={"tags": ["x"]},
                ),
            ]
        ],
        {"headers": {"X": "1"}, "params": {"z": 1}},
        "POST /runs/batch?z=1",
        [
            {"assistant_id": "asst", "command": {"resume": None}},
            {
                "assistant_id": "asst",
                "thread_id": "t",
                "on_disconnect": "cancel",
                "langsmith_tracer": {"project_name": "p"},
                "config": {"tags": ["x"]},
            },
        ],
        {"x": "1"},
    ),
    Row("runs.list", ["a/b"], {}, "GET /threads/a%2Fb/runs"),
    Row(
        "runs.list",
        ["a/b"],
        {
            "limit": 1,
            "offset": 2,
            "status": "success",
            "select": ["run_id", "status"],
            "params": {"z": 1},
        },
        "GET /threads/a%2Fb/runs?limit=1&offset=2&status=success&select=run_id&select=status&z=1",
    ),
    Row("runs.get", ["a/b", "r/1"], {}, f"GET {RUN}"),
    Row("runs.cancel", ["a/b", "r/1"], {}, f"POST {RUN}/cancel"),
    Row("runs.cancel", ["a/b", "r/1"], {"wait": False}, f"POST {RUN}/cancel?wait=0"),
    Row(
        "runs.cancel",
        ["a/b", "r/1"],
        {"wait": True, "action": "rollback"},
        f"POST {RUN}/cancel?wait=1&action=rollback",
    ),
    Row("runs.cancel_many", [], {"status": "all"}, "POST /runs/cancel", {"status": "all"}),
    Row(
        "runs.cancel_many",
        [],
        {"thread_id": "t", "run_ids": ["a", ID], "action": "rollback"},
        "POST /runs/cancel?action=rollback",
        {"thread_id": "t", "run_ids": ["a", str(ID)]},
    ),
    Row("runs.join", ["a/b", "r/1"], {}, f"GET {RUN}/join"),
    Row(
        "runs.join",
        ["a/b", "r/1"],
        {"cancel_on_disconnect": True, "output": dict, "raise_error": False, "params": {"z": 1}},
        f"GET {RUN}/join?cancel_on_disconnect=true&z=1",
    ),
    Row("runs.delete", ["a/b", "r/1"], {}, f"DELETE {RUN}"),
]
