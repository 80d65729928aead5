"""Files, functions and classes stay small enough to read at once."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

import pytest
from tests.architecture.packages import IMPORTABLE, ROOT, written

FILES = [path for package in IMPORTABLE for path in written(package)]
OTHERS = [
    path
    for folder in ("tests", "tools", "examples", "benchmarks", "docs_src")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "_sync" not in path.parts
]


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def too_long(path: Path, kinds: tuple[type[ast.AST], ...], limit: int) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and isinstance(
            node, kinds
        ):
            size = (node.end_lineno or 0) - node.lineno + 1
            if size > limit:
                found.append(f"{node.name}: {size} lines")
    return found


@pytest.mark.parametrize("path", FILES + OTHERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_is_longer_than_500_lines(path: Path) -> None:
    assert lines(path) <= 500


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_function_is_longer_than_40_lines_and_no_class_than_250(path: Path) -> None:
    assert too_long(path, (ast.FunctionDef, ast.AsyncFunctionDef), 40) == []
    assert too_long(path, (ast.ClassDef,), 250) == []


def test_half_of_the_files_have_150_lines_or_less() -> None:
    assert median(lines(path) for path in FILES) <= 150
