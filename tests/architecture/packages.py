"""What the architecture tests look at: the packages and their modules."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTABLE = {path.name: path for path in sorted(ROOT.glob("packages/*/src/*")) if path.is_dir()}
BESIDE = {"graphwire_pytest": "graphwire_core"}
"""Packages that travel in the distribution of another one."""
PACKAGES = {name: path for name, path in IMPORTABLE.items() if name not in BESIDE}
"""The packages that a distribution is named after."""


def modules(package: str) -> list[Path]:
    """Return every module of a package."""
    return sorted(IMPORTABLE[package].rglob("*.py"))


def written(package: str) -> list[Path]:
    """Return the modules of a package that people write: all but the generated ones."""
    return [path for path in modules(package) if "_sync" not in path.parts]
