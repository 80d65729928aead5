"""The examples of docs/thread_streams.md, run against the real server, and its tables."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from docs_src.thread_streams import (
    channels,
    failures,
    first,
    interrupts,
    joining,
    one_call,
    subgraphs,
)

from graphwire_core.testing import DevServer
from graphwire_stream import AsyncThreadStream, StreamingThreads
from graphwire_stream._async.thread_stream.commands import AsyncThreadRun

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "thread_streams.md").read_text()


def listed(heading: str) -> set[str]:
    """Return the names in the first column of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)", cell)}


async def test_tokens_and_calls_are_printed(server: DevServer) -> None:
    values = await first.main(server.url)
    assert values["messages"][-1]["content"][0]["text"].startswith("The tool says: It is sunny")


def test_two_runs_in_one_call_each(server: DevServer) -> None:
    assert one_call.main(server.url) == (2, 5)


async def test_tools_and_subgraphs_are_seen_at_work(server: DevServer) -> None:
    assert await subgraphs.main(server.url) == [
        "search writes looking",
        "search writes {'found': 1}",
        "search",
        "call_source failed: Ann does not answer",
        "proof: Good to print",
        "desk completed",
    ]


async def test_progress_comes_between_the_states(server: DevServer) -> None:
    seen = await channels.main(server.url)
    steps = [item["finished"] for name, item in seen if name == "progress"]
    assert steps == ["write", "research", "tools", "desk"]
    assert [item for name, item in seen if name == "values"] == [1, 2, 3, 5, 8]


def test_questions_are_answered(server: DevServer) -> None:
    tea, both = interrupts.main(server.url)
    assert tea == {"topic": "tea", "answer": "with milk"}
    assert sorted(both["answers"]) == ["a: a?", "b: b?"]


async def test_a_run_is_followed_from_elsewhere(server: DevServer) -> None:
    heard, values = await joining.main(server.url)
    assert heard.endswith("It is sunny in Los Angeles.")
    assert len(values["messages"]) == 4


async def test_a_run_that_fails_or_takes_too_long_is_noticed(server: DevServer) -> None:
    assert await failures.main(server.url) == "failed: kaboom"
    assert await failures.main(server.url, "slow") == "too slow"


def test_the_page_has_every_option_of_a_stream_and_of_a_run() -> None:
    stream = inspect.signature(StreamingThreads.stream).parameters.keys()
    assert listed("Options") == stream - {"self"}
    start = inspect.signature(AsyncThreadRun.start).parameters.keys()
    respond = inspect.signature(AsyncThreadRun.respond).parameters.keys()
    assert listed("Runs") == start - {"self"}
    assert listed("Interrupts") >= respond - {"self"}


def test_the_page_has_every_projection() -> None:
    projections = {
        "messages", "text", "tool_calls", "subgraphs", "subagents", "values", "extensions",
        "events", "subscribe", "interleave_projections",
    }  # fmt: skip
    assert projections <= set(dir(AsyncThreadStream))
    assert listed("Projections") == projections
