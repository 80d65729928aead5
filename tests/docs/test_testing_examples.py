"""The examples of docs/testing.md: the project in a pytest of its own, the others as they stand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_src.testing import application, cassettes, mock, scripts
from tests.testing.projects import Project

from graphwire_core.testing import DevServer

PROJECT = Path(__file__).resolve().parents[2] / "docs_src" / "testing" / "project"


def test_the_project_of_the_page_passes(tmp_path: Path) -> None:
    project = Project(tmp_path)
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    done = project.run()
    assert done.code == 0, done.output
    assert "3 passed" in done.output


@pytest.mark.parametrize(
    "example",
    [
        mock.test_what_is_sent_and_what_comes_back,
        scripts.test_a_dropped_stream_loses_nothing_and_a_question_is_answered,
        application.test_the_gateway_is_healthy,
    ],
    ids=lambda example: example.__module__.rpartition(".")[2],
)
def test_the_examples_that_need_no_project_pass_as_they_stand(
    example: Callable[[], None],
) -> None:
    example()


def test_a_cassette_is_recorded_from_the_server_and_replayed_without(
    server: DevServer, tmp_path: Path
) -> None:
    path = tmp_path / "version.json"
    recorded = cassettes.version(server.url, path)
    assert cassettes.version("http://nowhere.invalid", path) == recorded
