"""Answer what a graph asks, and go on."""

from __future__ import annotations

from typing import Any

from graphwire import get_sync_client


def main(url: str | None = None) -> Any:
    """Run until the graph asks, answer, and return the final state."""
    with get_sync_client(url) as client:
        thread = client.threads.create()
        for part in client.runs.stream(
            thread.thread_id, "interrupting", input={}, stream_mode="values", version="v2"
        ):
            for question in part.interrupts:
                print("asked:", question.value)
        for part in client.runs.stream(
            thread.thread_id, "interrupting", command={"resume": "blue"}, version="v2"
        ):
            print(part.type, part.data)
        return client.threads.get_state(thread.thread_id).values
