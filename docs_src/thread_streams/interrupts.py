"""Answer what a graph asks: one question, or several at once."""

from __future__ import annotations

from typing import Any

from graphwire import get_sync_client


def main(url: str | None = None) -> tuple[Any, Any]:
    """Run two graphs that ask; return what they end with."""
    with get_sync_client(url) as client:
        with client.threads.stream(assistant_id="interrupting") as thread:
            thread.run({"topic": "tea"})
            for question in thread.interrupts:
                print(question.value)
            thread.run.respond("with milk")
            tea = thread.output

        with client.threads.stream(assistant_id="parallel_interrupts") as thread:
            thread.run({})
            answers = {one.interrupt_id: one.value.lower() for one in thread.interrupts}
            thread.run.respond_all(answers)
            return tea, thread.output
