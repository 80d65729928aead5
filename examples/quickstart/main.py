"""Stream a run, answer its interrupt, resume it, and print the final state.

`python main.py` talks to the server that `GRAPHWIRE_URL` names.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from graphwire import get_client
from graphwire.errors import GraphwireError
from graphwire.models import Interrupt, StreamMode
from graphwire_stream import StreamPartV2

MODES: list[StreamMode] = ["messages-tuple", "updates", "custom", "values"]


class Screen:
    """Print one line per step, each with the seconds since the start.

    A terminal shows the tokens of a message on one line as they arrive; a pipe gets a line each.
    """

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self.started = time.monotonic()
        self.writing: str | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def step(self, label: str, text: object, *, style: str = "default") -> None:
        self.finish_line()
        self.console.print(self._prefix(label, style), Text(str(text)), sep="")

    def token(self, label: str, text: str) -> None:
        if not self.console.is_terminal:
            self.step(label, text.strip(), style="green")
            return
        if self.writing != label:
            self.finish_line()
            self.console.print(self._prefix(label, "green"), end="")
            self.writing = label
        self.console.print(Text(text), end="")

    def finish_line(self) -> None:
        if self.writing is not None:
            self.console.print()
            self.writing = None

    def _prefix(self, label: str, style: str) -> Text:
        return Text.assemble((f"{self.seconds:7.2f}s  ", "dim"), (f"{label:<17} ", style))


def show_message(screen: Screen, message: Mapping[str, Any], node: str) -> None:
    """Print a piece of a message: a word, a piece of a tool call, or what a tool returned."""
    if message["type"] == "tool":
        screen.step("tool result", f"{message['name']}: {message['content']}", style="magenta")
        return
    for call in message.get("tool_call_chunks") or []:
        if call.get("name"):
            screen.step("tool call", call["name"], style="magenta")
        if call.get("args"):
            screen.step("tool arguments", call["args"], style="magenta")
    if message["content"]:
        screen.token(node, message["content"])


def show_update(screen: Screen, update: Mapping[str, Any], path: Sequence[str]) -> None:
    """Print which nodes have finished, those of a subgraph behind its name."""
    for node in update:
        if node != "__interrupt__":
            names = [*(step.partition(":")[0] for step in path), node]
            screen.step("finished", " / ".join(names), style="cyan")


def show_state(screen: Screen, values: Mapping[str, Any]) -> None:
    """Print every message and every other value that the thread ended with."""
    screen.step("final state", ", ".join(values), style="bold")
    for message in values["messages"]:
        screen.step(f"  {message['type']}", message["content"])
    for name, value in values.items():
        if name != "messages":
            screen.step(f"  {name}", value)


async def follow(screen: Screen, parts: AsyncIterable[StreamPartV2]) -> list[Interrupt]:
    """Print the parts of a run as they arrive and return the interrupts that it ended in."""
    interrupts: list[Interrupt] = []
    async for part in parts:
        match part.type:
            case "metadata":
                screen.step("run", part.data.run_id, style="bold")
            case "messages":
                message, metadata = part.data
                show_message(screen, message, metadata["langgraph_node"])
            case "updates":
                show_update(screen, part.data, part.ns)
            case "custom":
                progress = f"{part.data['percent']:3} % {part.data['progress']}"
                screen.step("progress", progress, style="blue")
            case "values" if not part.ns:
                interrupts += part.interrupts
            case "error":
                screen.step("error", f"{part.data.error}: {part.data.message}", style="bold red")
                raise SystemExit(1)
    screen.finish_line()
    return interrupts


async def main(question: str, answer: str) -> None:
    screen = Screen()
    async with get_client() as client:
        assistants = await client.assistants.search()
        for assistant in assistants:
            screen.step("assistant", f"{assistant.name} {assistant.assistant_id}", style="bold")
        thread = await client.threads.create()
        screen.step("thread", thread.thread_id, style="bold")

        run = client.runs.stream(
            thread.thread_id,
            assistants[0].assistant_id,
            input={"messages": [{"role": "human", "content": question}]},
            stream_mode=MODES,
            stream_subgraphs=True,
            version="v2",
        )
        interrupts = await follow(screen, run)
        while interrupts:
            screen.step("interrupt", interrupts[0].value["question"], style="yellow")
            screen.step("resume with", answer, style="yellow")
            run = client.runs.stream(
                thread.thread_id,
                assistants[0].assistant_id,
                command={"resume": answer},
                stream_mode=MODES,
                stream_subgraphs=True,
                version="v2",
            )
            interrupts = await follow(screen, run)

        state = await client.threads.get_state(thread.thread_id)
        show_state(screen, state.values)
        screen.step("done", f"in {screen.seconds:.2f} seconds", style="bold green")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--question", default="what's the weather in la")
    parser.add_argument("--answer", default="yes", help="the answer to the interrupt")
    options = parser.parse_args()
    try:
        asyncio.run(main(options.question, options.answer))
    except GraphwireError as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from None
