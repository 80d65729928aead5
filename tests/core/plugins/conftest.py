from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.core.plugins.faked import SitePackages


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SitePackages]:
    """A folder to install plugins into; they are gone after the test."""
    folder = tmp_path / "site"
    folder.mkdir()
    site = SitePackages(folder, monkeypatch)
    yield site
    site.forget()
