"""What the architecture tests look at: the packages and their modules."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {path.name: path for path in sorted(ROOT.glob("packages/*/src/*")) if path.is_dir()}


def modules(package: str) -> list[Path]:
    """Return every module of a package."""
    return sorted(PACKAGES[package].rglob("*.py"))


def written(package: str) -> list[Path]:
    """Return the modules of a package that people write: all but the generated ones."""
    return [path for path in modules(package) if "_sync" not in path.parts]
