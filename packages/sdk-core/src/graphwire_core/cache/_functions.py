"""The functions of the cache, over the one that this process chooses."""

from __future__ import annotations

from typing import Final

from graphwire_core.cache._async.cache import AsyncCache
from graphwire_core.cache._sync.cache import Cache

__all__ = ["cache_get", "cache_set", "swr", "sync_cache_get", "sync_cache_set", "sync_swr"]

_ASYNC: Final = AsyncCache()
_SYNC: Final = Cache()

cache_get = _ASYNC.get
cache_set = _ASYNC.set
swr = _ASYNC.swr
sync_cache_get = _SYNC.get
sync_cache_set = _SYNC.set
sync_swr = _SYNC.swr
