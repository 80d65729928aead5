"""Small projects in a folder of their own, whose tests are run by a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
OURS = ("GRAPHWIRE_", "LANGGRAPH_", "LANGSMITH_", "LANGCHAIN_", "PYTEST_")
PLUGINS = ("graphwire_pytest", "pytest_asyncio.plugin", "anyio.pytest_plugin", "no:cacheprovider")
GRAPHS = """
    from typing import TypedDict
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict, total=False):
        n: int

    def build():
        builder = StateGraph(State)
        builder.add_node("add", lambda state: {"n": state.get("n", 0) + 1})
        builder.add_edge(START, "add")
        builder.add_edge("add", END)
        return builder

    graph = build().compile()
"""
INI = """
    [pytest]
    asyncio_mode = auto
    asyncio_default_fixture_loop_scope = function
    filterwarnings = error
"""


@dataclass(frozen=True)
class Outcome:
    """What pytest said."""

    code: int
    output: str


class Project:
    """A folder with a module of graphs, to which a test adds files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("graphs.py", GRAPHS)
        self.write("pytest.ini", INI)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))

    def run(self, *arguments: str) -> Outcome:
        """Run the tests of the project."""
        plugins = [f"-p{name}" for name in PLUGINS]
        kept = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
        kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # others take seconds to import
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-rA", *plugins, *arguments],
            cwd=self.folder,
            env=kept,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        return Outcome(done.returncode, done.stdout + done.stderr)
