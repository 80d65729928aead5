"""One call of each resource."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from graphwire import get_client


async def main(url: str | None = None) -> dict[str, Any]:
    """Use every resource once; return what came of it."""
    async with get_client(url) as client:
        info = await client.server.info()

        agent = (await client.assistants.search(graph_id="counter", limit=1))[0]
        thread = await client.threads.create(metadata={"topic": "tour"}, ttl=timedelta(hours=1))

        run = await client.runs.create(thread.thread_id, agent.assistant_id, input={"amount": 1})
        values = await client.runs.join(thread.thread_id, run.run_id)
        state = await client.threads.get_state(thread.thread_id)

        cron = await client.crons.create_for_thread(
            thread.thread_id, "counter", schedule="0 9 * * *", timezone=ZoneInfo("Europe/Paris")
        )
        await client.crons.delete(cron.cron_id)

        await client.store.put_item(["users", "ada"], "language", {"name": "python"})
        item = await client.store.get_item(["users", "ada"], "language")

        # A page is a list; `async for` goes on through the pages after it.
        page = await client.threads.search(metadata={"topic": "tour"}, limit=1)
        found = [thread.thread_id async for thread in page]

        await client.threads.delete(thread.thread_id)
        return {
            "version": info.version,
            "values": values,
            "state": state.values,
            "item": item.value if item else None,
            "found": thread.thread_id in found,
        }
