"""The pages of docs/ and the READMEs: what they include exists, and what they link to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graphwire_core import AttachedRunOptions, NewCronOptions

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md"), *ROOT.glob("packages/*/README.md")])
INCLUDED = re.compile(r"<!-- example: (\S+) -->\n```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_shows_the_examples_that_the_tests_run(page: Path) -> None:
    for path, code in INCLUDED.findall(page.read_text()):
        source = (ROOT / path).read_text()
        assert code.strip() in source, f"{page.name} shows another {path} than there is"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_links_to_files_that_exist(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_python_block_of_docs_is_an_example_that_the_tests_run() -> None:
    for page in ROOT.glob("docs/**/*.md"):
        text = page.read_text()
        assert text.count("```python") == len(INCLUDED.findall(text)), page.name


def test_every_keyword_of_runs_and_cron_jobs_is_in_its_table() -> None:
    page = (ROOT / "docs/resources.md").read_text()
    runs, crons = page.split("## Runs")[1].split("## MCP")[0].split("## Cron jobs")
    for text, options in ((runs, AttachedRunOptions), (crons, NewCronOptions)):
        listed = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
        keywords = options.__required_keys__ | options.__optional_keys__
        assert keywords - listed - {"on_disconnect"} == set()
        assert listed <= keywords
