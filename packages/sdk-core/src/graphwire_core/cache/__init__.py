"""A cache of typed values, with an end to their time, loaded once for all who ask at once.

Inside a LangGraph server its cache keeps them, elsewhere a bounded memory of the process, or what a
plugin registers.
"""

from graphwire_core.cache._async.backends import AsyncLocalCache, AsyncServerCache
from graphwire_core.cache._async.cache import AsyncCache, AsyncSWRResult
from graphwire_core.cache._entry import CacheStatus, Duration
from graphwire_core.cache._functions import (
    cache_get,
    cache_set,
    swr,
    sync_cache_get,
    sync_cache_set,
    sync_swr,
)
from graphwire_core.cache._sync.backends import LocalCache, ServerCache
from graphwire_core.cache._sync.cache import Cache, SWRResult

__all__ = [
    "AsyncCache",
    "AsyncLocalCache",
    "AsyncSWRResult",
    "AsyncServerCache",
    "Cache",
    "CacheStatus",
    "Duration",
    "LocalCache",
    "SWRResult",
    "ServerCache",
    "cache_get",
    "cache_set",
    "swr",
    "sync_cache_get",
    "sync_cache_set",
    "sync_swr",
]
