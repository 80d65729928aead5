"""The examples of docs_src/ and the README, run against the real server as they stand."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from docs_src.client import options
from docs_src.errors import handling
from docs_src.quickstart import stream_tokens
from docs_src.resources import tour
from docs_src.streams import interrupts

from graphwire import get_sync_client
from graphwire_core.testing import DevServer

ROOT = Path(__file__).resolve().parents[2]
README = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def run_block(code: str) -> None:
    """Run a block as a notebook does, with `await` at the top level."""
    compiled = compile(code, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: dict[str, Any] = {}

    async def main() -> None:
        result = eval(compiled, names)  # our own README
        if inspect.isawaitable(result):
            await result
        client = names.get("client")
        if client is not None and hasattr(client, "aclose"):
            await client.aclose()

    asyncio.run(main())


@pytest.mark.parametrize("code", README, ids=range(len(README)))
def test_the_readme_runs_as_it_stands(
    code: str,
    server: DevServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GRAPHWIRE_URL", server.url)
    with get_sync_client(server.url) as client:
        # The newest assistant is the first one found: a deployment like the reader's own.
        agent = client.assistants.create("agent")
        run_block(code)
        client.assistants.delete(agent.assistant_id)
    printed = capsys.readouterr().out
    if "stream" in code:
        assert "run_id" in printed
        assert "values" in printed


def test_the_quick_start_of_the_readme_is_the_ecosystem_s_with_the_import_changed() -> None:
    assert README[0].startswith("from graphwire import get_client\n\nclient = get_client()\n")
    assert "client.runs.stream(thread[" in README[0]


async def test_the_tokens_arrive_in_order(server: DevServer) -> None:
    assert await stream_tokens.main(server.url) == (
        "Let me check.The tool says: It is sunny in Los Angeles."
    )


def test_a_variant_of_a_client_shares_its_connections_and_shows_no_secret(
    server: DevServer,
) -> None:
    shown = options.main(server.url)
    assert server.url in shown[0]
    assert "secret" not in " ".join(shown)


async def test_the_tour_uses_every_resource(server: DevServer) -> None:
    seen = await tour.main(server.url)
    assert seen["values"]["total"] == 1
    assert seen["state"] == seen["values"]
    assert seen["item"] == {"name": "python"}
    assert seen["found"] is True


def test_an_interrupt_is_answered(server: DevServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert interrupts.main(server.url)["answer"] == "blue"
    assert "asked: {'question': 'Go on?'" in capsys.readouterr().out


def test_errors_are_told_apart(server: DevServer) -> None:
    missing, argument, failure = handling.main(server.url)
    assert missing.startswith("404: ")
    assert argument == "thread_id"
    assert failure == "ValueError: kaboom"
