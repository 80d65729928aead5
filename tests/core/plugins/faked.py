"""Installed plugins, faked: a module and its `.dist-info` in a folder on `sys.path`."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

HEADER = "from graphwire_core.plugins import hookimpl\n"


class SitePackages:
    """A folder on `sys.path` that plugins are installed into."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._loaded: list[str] = []
        monkeypatch.syspath_prepend(folder)

    def install(self, name: str, code: str, *, distribution: str = "", version: str = "1.2") -> str:
        """Install a module as the plugin `name`; return the name of its module."""
        module = f"faked_{name.replace('-', '_')}"
        (self.folder / f"{module}.py").write_text(HEADER + dedent(code))
        self.declare(name, module, distribution=distribution or f"dist-{name}", version=version)
        return module

    def declare(self, name: str, target: str, *, distribution: str, version: str = "1.2") -> None:
        """Write the metadata of a distribution with one entry point."""
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        (info / "METADATA").write_text(metadata)
        (info / "entry_points.txt").write_text(f"[graphwire]\n{name} = {target}\n")
        self.refresh()

    def refresh(self) -> None:
        """Give `sys.path` another form, as an installation in a running process does not."""
        folder = self.folder / f"path{len(list(self.folder.iterdir()))}"
        self._monkeypatch.syspath_prepend(folder)

    def forget(self) -> None:
        for name in [name for name in sys.modules if name.startswith("faked_")]:
            del sys.modules[name]
