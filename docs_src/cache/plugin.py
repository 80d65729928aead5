"""A cache that several processes share: here a folder of files."""

import hashlib
import time
from pathlib import Path

from graphwire_core.plugins import CacheRegistry, hookimpl


class FolderCache:
    """Keeps each value in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> str | None:
        try:
            until, _, text = self._path(key).read_text().partition("\n")
        except FileNotFoundError:
            return None
        return text if float(until) > time.time() else None

    def set(self, key: str, text: str, lifetime: float) -> None:
        self._path(key).write_text(f"{time.time() + lifetime}\n{text}")

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()


class AsyncFolderCache:
    """The same for async callers."""

    def __init__(self, folder: Path) -> None:
        self._files = FolderCache(folder)

    async def get(self, key: str) -> str | None:
        return self._files.get(key)

    async def set(self, key: str, text: str, lifetime: float) -> None:
        self._files.set(key, text, lifetime)


@hookimpl
def graphwire_register_caches(registry: CacheRegistry) -> None:
    folder = Path("shared-cache")
    folder.mkdir(exist_ok=True)
    registry.add(
        "folder",
        make_async=lambda: AsyncFolderCache(folder),
        make_sync=lambda: FolderCache(folder),
    )
