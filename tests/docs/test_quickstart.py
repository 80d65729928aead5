"""`make quickstart`, run as a user runs it: with its output in a pipe."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
STEP = re.compile(r"^ *(?P<seconds>\d+\.\d\d)s  (?P<label>.{17}) (?P<text>.*)$", re.MULTILINE)
TERMINAL = {"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "run.py"), *arguments],
        cwd=folder.parent,
        env={name: value for name, value in os.environ.items() if name not in TERMINAL},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=110,
        check=False,
    )


def steps(output: str) -> list[tuple[float, str, str]]:
    found = STEP.finditer(output)
    return [(float(m["seconds"]), m["label"].strip(), m["text"]) for m in found]


def assert_server_is_gone(output: str) -> None:
    ready = re.search(r"^Server (\d+) is ready at http://127\.0\.0\.1:\d+ after", output, re.M)
    assert ready, output
    with pytest.raises(ProcessLookupError):
        os.kill(int(ready[1]), 0)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    target = tmp_path / "quickstart"
    shutil.copytree(QUICKSTART, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return target


def test_quickstart_streams_answers_the_interrupt_and_prints_the_final_state() -> None:
    done = run(QUICKSTART)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    shown = steps(done.stdout)
    labels = [label for _, label, _ in shown]
    assert labels[:3] == ["assistant", "thread", "run"]

    tokens = [(seconds, text) for seconds, label, text in shown if label == "answer"]
    assert " ".join(text for _, text in tokens) == (
        "Approved. Right now it is sunny, 24 °C in Los Angeles. Enjoy your day in Los Angeles!"
    )
    moments = [seconds for seconds, _ in tokens]
    assert len(set(moments)) > len(moments) / 2
    assert moments[-1] - moments[0] > 0.3

    assert ("tool call", "get_weather") in [(label, text) for _, label, text in shown]
    arguments = [text for _, label, text in shown if label == "tool arguments"]
    assert "".join(arguments) == '{"city": "Los Angeles"}'
    assert "tool result" in labels
    finished = [text for _, label, text in shown if label == "finished"]
    assert finished == ["agent", "tools", "report / write", "report", "approve", "answer"]
    assert labels.count("progress") == 4
    assert labels.count("interrupt") == 1
    assert labels.index("interrupt") < labels.index("resume with") < labels.index("final state")
    assert labels[-1] == "done"
    assert_server_is_gone(done.stdout)


def test_quickstart_takes_no_for_an_answer(copy: Path) -> None:
    done = run(copy, "--answer", "no", "--question", "and what about the weather in london?")
    assert done.returncode == 0, done.stdout + done.stderr
    texts = [text for _, _, text in steps(done.stdout)]
    assert "get_weather: London: rainy, 12 °C" in texts
    assert "Understood, I keep the report to myself." in texts
    assert not (copy / ".langgraph_api").exists()


def test_a_graph_that_does_not_load_shows_the_end_of_the_servers_log(copy: Path) -> None:
    (copy / "graph.py").write_text("raise RuntimeError('no graph today')\n")
    done = run(copy)
    assert done.returncode == 1
    assert (
        "`langgraph dev` with langgraph.json did not start: it ended with exit code" in done.stdout
    )
    assert "RuntimeError: no graph today" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_run_that_fails_shows_its_error_and_the_end_of_the_servers_log(copy: Path) -> None:
    graph = copy / "graph.py"
    signature = "async def approve(state: State) -> dict[str, str]:\n"
    broken = graph.read_text().replace(signature, f"{signature}    raise ValueError('kaboom')\n")
    graph.write_text(broken)
    done = run(copy)
    assert done.returncode == 1
    errors = [text for _, label, text in steps(done.stdout) if label == "error"]
    assert len(errors) == 1
    assert "kaboom" in errors[0]
    assert "main.py ended with exit code 1. The end of the server's log:" in done.stdout
    assert_server_is_gone(done.stdout)
