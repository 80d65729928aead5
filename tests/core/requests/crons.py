"""Requests of `client.crons`."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.core.requests.row import Row

ID = UUID("01a203c3-37b4-7777-919f-0db71d64f6d9")

OPTIONS: dict[str, Any] = {
    "input": {"a": 1},
    "metadata": {"m": 1},
    "config": {"tags": []},
    "context": {"c": 1},
    "interrupt_before": "*",
    "interrupt_after": ["x"],
    "webhook": "w",
    "enabled": False,
    "stream_mode": "values",
    "stream_subgraphs": False,
    "stream_resumable": True,
    "durability": "exit",
}
"""The keywords of every job that are sent as they are."""

TIMES: dict[str, Any] = {
    "end_time": datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001  # a naive time is UTC
    "timezone": ZoneInfo("America/New_York"),
}
TIMES_BODY = {"end_time": "2026-01-02T03:04:05+00:00", "timezone": "America/New_York"}

JOB = {"schedule": "* * * * *", "assistant_id": "asst"}
EVERY = {**OPTIONS, **TIMES, "multitask_strategy": "reject"}
EVERY_BODY = {**OPTIONS, **TIMES_BODY, "multitask_strategy": "reject"}
NOTHING = dict.fromkeys(EVERY)
PARIS = timezone(timedelta(hours=1))

ROWS = [
    Row(
        "crons.create_for_thread",
        ["a/b", "asst"],
        {"schedule": "* * * * *"},
        "POST /threads/a%2Fb/runs/crons",
        JOB,
    ),
    Row(
        "crons.create_for_thread",
        ["a/b", "asst"],
        {"schedule": "* * * * *", **EVERY},
        "POST /threads/a%2Fb/runs/crons",
        JOB | EVERY_BODY,
    ),
    Row(
        "crons.create_for_thread",
        ["a/b", "asst"],
        {"schedule": "* * * * *", **NOTHING},
        "POST /threads/a%2Fb/runs/crons",
        JOB,
    ),
    Row(
        "crons.create_for_thread",
        ["t", ID],
        {"schedule": "x", "timezone": UTC, "end_time": datetime(2026, 1, 2, 3, tzinfo=PARIS)},
        "POST /threads/t/runs/crons",
        {
            "schedule": "x",
            "assistant_id": str(ID),
            "timezone": "UTC",
            "end_time": "2026-01-02T03:00:00+01:00",
        },
    ),
    Row(
        "crons.create_for_thread",
        ["t", "asst"],
        {"schedule": "x", "checkpoint_during": True},
        "POST /threads/t/runs/crons",
        {"schedule": "x", "assistant_id": "asst", "checkpoint_during": True},
        deprecated=True,
    ),
    Row("crons.create", ["asst"], {"schedule": "* * * * *"}, "POST /runs/crons", JOB),
    Row(
        "crons.create",
        ["asst"],
        {"schedule": "* * * * *", "on_run_completed": "keep", **EVERY},
        "POST /runs/crons",
        JOB | EVERY_BODY | {"on_run_completed": "keep"},
    ),
    Row(
        "crons.create",
        ["asst"],
        {"schedule": "* * * * *", "on_run_completed": None, **NOTHING},
        "POST /runs/crons",
        JOB,
    ),
    Row(
        "crons.create",
        ["asst"],
        {"schedule": "* * * * *", "checkpoint_during": False, "timezone": "Mars/Base"},
        "POST /runs/crons",
        JOB | {"checkpoint_during": False, "timezone": "Mars/Base"},
        deprecated=True,
    ),
    Row("crons.get", ["a/b"], {}, "GET /runs/crons/a%2Fb"),
    Row("crons.delete", ["a/b"], {}, "DELETE /runs/crons/a%2Fb"),
    # Only here None means something: the job runs without end.
    Row(
        "crons.update",
        ["a/b"],
        {**dict.fromkeys([*OPTIONS, *TIMES]), "schedule": None, "on_run_completed": None},
        "PATCH /runs/crons/a%2Fb",
        {"end_time": None},
    ),
    Row(
        "crons.update",
        ["a/b"],
        {"schedule": "* * * * *", "on_run_completed": "delete", **OPTIONS, **TIMES},
        "PATCH /runs/crons/a%2Fb",
        {"schedule": "* * * * *", "on_run_completed": "delete", **OPTIONS, **TIMES_BODY},
    ),
    Row("crons.search", [], {}, "POST /runs/crons/search", {}),
    Row(
        "crons.search",
        [],
        {
            "assistant_id": "a",
            "thread_id": ID,
            "enabled": False,
            "metadata": {"a": 1},
            "limit": 1,
            "offset": 2,
            "sort_by": "cron_id",
            "sort_order": "asc",
            "select": ["cron_id"],
        },
        "POST /runs/crons/search",
        {
            "assistant_id": "a",
            "thread_id": str(ID),
            "enabled": False,
            "metadata": {"a": 1},
            "limit": 1,
            "offset": 2,
            "sort_by": "cron_id",
            "sort_order": "asc",
            "select": ["cron_id"],
        },
    ),
    Row("crons.count", [], {}, "POST /runs/crons/count", {}),
    Row(
        "crons.count",
        [],
        {"assistant_id": "a", "thread_id": "t", "metadata": {"x": 1}},
        "POST /runs/crons/count",
        {"assistant_id": "a", "thread_id": "t", "metadata": {"x": 1}},
    ),
]
