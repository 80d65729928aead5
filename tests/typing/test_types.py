"""Type checkers of users see what we mean: run on two files, with mypy and pyright's rules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
REVEALED = FOLDER / "revealed.py"
REFUSED = FOLDER / "refused.py"


def lines_marked_as_errors() -> set[int]:
    lines = REFUSED.read_text().splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# error")}


def mypy(path: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout + done.stderr


def pyright(path: Path) -> dict[int, str]:
    """Return the errors by line, from the checker that is pyright in a wheel."""
    command = [str(Path(sys.executable).with_name("basedpyright")), "--outputjson"]
    command += ["--level", "error", "--pythonpath", sys.executable, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {one["range"]["start"]["line"] + 1: one["message"] for one in found}


def test_mypy_reveals_the_types_of_the_main_calls() -> None:
    assert mypy(REVEALED) == ""


def test_mypy_refuses_each_wrong_line_and_no_other(tmp_path: Path) -> None:
    copy = tmp_path / "refused.py"
    copy.write_text(REFUSED.read_text().replace("# mypy: ignore-errors", "#"))
    refused = {int(line) for line in re.findall(r"refused\.py:(\d+): error", mypy(copy))}
    assert refused == lines_marked_as_errors()


@pytest.mark.timeout(180)
def test_pyright_reveals_the_types_of_the_main_calls() -> None:
    assert pyright(REVEALED) == {}


@pytest.mark.timeout(180)
def test_pyright_refuses_each_wrong_line_and_no_other() -> None:
    assert set(pyright(REFUSED)) == lines_marked_as_errors()
