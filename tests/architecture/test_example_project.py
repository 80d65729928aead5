"""The example application, outside of the workspace: its tests run where only it is installed."""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path

import pytest
from tests.architecture.packages import ROOT
from tests.architecture.test_example_plugin import EXCLUDE_NEWER, UV, run

APP = ROOT / "examples" / "tested_app"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the application, its test extra, and all from wheels."""
    folder = tmp_path_factory.mktemp("app")
    out = folder / "dist"
    for package in ("graphwire", "graphwire-core", "graphwire-stream"):
        run(UV, "build", "--quiet", "--wheel", "--package", package, "--out-dir", out)
    run(UV, "build", "--quiet", "--wheel", APP, "--out-dir", out)
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv")
    python = folder / "venv" / "bin" / "python"
    where = ("--python", python, "--find-links", out, "--exclude-newer", EXCLUDE_NEWER)
    wheel = f"helpdesk[test] @ {next(out.glob('helpdesk-*.whl')).as_uri()}"
    own = [next(out.glob(f"{name}-[0-9]*.whl")) for name in ("graphwire", "graphwire_core")]
    run(UV, "pip", "install", "--quiet", *where, wheel, *own)
    return python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the application without its sources: what is tested is what is installed."""
    shutil.copytree(APP / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("langgraph.json", "pyproject.toml"):
        shutil.copy(APP / name, tmp_path)
    return tmp_path


def test_the_application_is_no_member_of_the_workspace() -> None:
    members = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]
    assert not [one for one in members["members"] if one.startswith("examples")]


@pytest.mark.parametrize("kind", ["process", "in-process"])
def test_its_tests_pass_in_a_clean_environment(kind: str, python: Path, project: Path) -> None:
    arguments = ("-q", f"--graphwire-server={kind}", "-p", "no:cacheprovider")
    output = run(python, "-m", "pytest", *arguments, cwd=project)
    assert "9 passed" in output
    assert not (project / ".langgraph_api").exists()
    listed = run(python, "-m", "pytest", "--version", "-V", cwd=project)
    assert "graphwire-core" in listed
