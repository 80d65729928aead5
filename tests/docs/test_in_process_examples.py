"""The examples of docs/in_process.md and docs/runtime.md that need no server."""

from __future__ import annotations

from types import SimpleNamespace

from docs_src.in_process import applications
from docs_src.runtime.priority import priority

from graphwire import PriorityContext, PrioritySettings


async def test_an_application_answers_in_both_colours() -> None:
    assert applications.in_sync_code()
    assert await applications.in_async_code()


async def test_cron_jobs_come_last_and_premium_comes_first() -> None:
    def context(cron_id: str | None = None, *permissions: str) -> PriorityContext:
        return PriorityContext(
            user=SimpleNamespace(identity="ada"),
            permissions=permissions,
            thread_id=None,
            thread_metadata={},
            assistant_id="a",
            graph_id="agent",
            assistant_metadata={},
            run_metadata={},
            cron_id=cron_id,
        )

    assert await priority.decide(context("nightly", "premium")) == PrioritySettings(priority=3)
    assert await priority.decide(context(None, "premium")) == PrioritySettings(priority=-3)
    assert await priority.decide(context()) is None
