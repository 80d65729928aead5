"""The functions take what those of the official SDK take, which only a server can import."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import pytest

from graphwire_core import cache

OFFICIAL = {
    "cache_get": ["key"],
    "cache_set": ["key", "value", "ttl"],
    "swr": ["key", "loader", "fresh_for", "max_age", "model"],
}


@pytest.mark.parametrize("name", OFFICIAL)
@pytest.mark.parametrize("prefix", ["", "sync_"])
def test_every_keyword_of_the_official_function_works(name: str, prefix: str) -> None:
    function: Any = getattr(cache, prefix + name)
    known = inspect.signature(function).parameters
    assert set(OFFICIAL[name]) <= known.keys()
    assert list(known)[: len(OFFICIAL[name][:2])] == OFFICIAL[name][:2]
    assert inspect.iscoroutinefunction(function) == (not prefix)


def test_the_words_of_a_status_are_the_same() -> None:
    assert get_args(cache.CacheStatus) == ("miss", "fresh", "stale", "expired")
    assert callable(cache.AsyncSWRResult.mutate)
