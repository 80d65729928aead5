"""Key providers that go wrong, each in its own way."""

import asyncio
import os
from typing import Any

SECRET_TEXT = "this text quotes a key"


class Provider:
    """Keeps data keys in a dict and hands out tickets: correct, and it counts its calls."""

    def __init__(self, key_id: str = "remote-1") -> None:
        self.key_id = key_id
        self.kept: dict[bytes, tuple[str, bytes, str | None]] = {}
        self.wraps = 0
        self.unwraps = 0

    def active(self, _tenant: str | None, /) -> Any:
        return self.key_id

    async def wrap(self, key_id: str, data_key: bytes, /, *, tenant: str | None) -> Any:
        self.wraps += 1
        await asyncio.sleep(0)
        ticket = os.urandom(20)
        self.kept[ticket] = (key_id, data_key, tenant)
        return ticket

    async def unwrap(self, key_id: str, wrapped: bytes, /, *, tenant: str | None) -> Any:
        self.unwraps += 1
        await asyncio.sleep(0)
        found = self.kept[wrapped]
        if (found[0], found[2]) != (key_id, tenant):
            raise PermissionError(SECRET_TEXT)
        return found[1]


class BrokenUnwrap(Provider):
    """Wraps well; what `unwrap` does instead of its work can be set at any time."""

    instead: Any = None

    async def unwrap(self, key_id: str, wrapped: bytes, /, *, tenant: str | None) -> Any:
        if self.instead == "hang":
            await asyncio.Event().wait()
        if isinstance(self.instead, Exception):
            raise self.instead
        if self.instead is not None:
            return self.instead
        return await super().unwrap(key_id, wrapped, tenant=tenant)


class BrokenWrap(Provider):
    """Gives back something else than a wrapped key."""

    def __init__(self, instead: Any) -> None:
        super().__init__()
        self.instead = instead

    async def wrap(self, key_id: str, data_key: bytes, /, *, tenant: str | None) -> Any:
        if self.instead == "hang":
            await asyncio.Event().wait()
        assert key_id
        assert tenant
        if self.instead == "in clear":
            return b"ticket" + data_key
        if isinstance(self.instead, Exception):
            raise self.instead
        return self.instead
