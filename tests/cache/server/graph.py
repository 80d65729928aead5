"""A graph whose nodes use the cache: one is async, the other sync."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from graphwire_core.cache import _choice, cache_get, cache_set, swr, sync_cache_get, sync_cache_set
from graphwire_core.cache import sync_swr as shared_swr
from graphwire_core.errors import ConfigurationError

FIFTY = 50


class Weather(BaseModel):
    city: str
    celsius: int


class State(TypedDict, total=False):
    key: str
    expires: bool
    from_async: dict[str, Any]
    from_sync: dict[str, Any]


async def in_tasks(state: State) -> State:
    key, calls = state["key"], list[int]()

    async def load() -> Weather:
        calls.append(1)
        await asyncio.sleep(0.05)
        return Weather(city=key, celsius=len(calls))

    results = await asyncio.gather(
        *(swr(f"{key}:async", load, fresh_for=3600, model=Weather) for _ in range(FIFTY))
    )
    short = await expiring(f"{key}:short") if state.get("expires") else []
    return {
        "from_async": {
            "backend": type(_choice.AsyncChoice(None).backend()).__name__,
            "calls": len(calls),
            "statuses": sorted({one.status for one in results}),
            "values": sorted({one.value.celsius for one in results}),
            "short": short,
            "misuse": misuse(f"{key}:misuse"),
        }
    }


def misuse(key: str) -> str:
    """Make a sync call in an async node; return what is wrong with that."""
    try:
        sync_cache_set(key, 1)
    except ConfigurationError as error:
        return error.message
    return ""


async def expiring(key: str) -> list[str]:
    """Keep a value for two seconds; return what is there at once, and at last."""
    await cache_set(key, Weather(city="Paris", celsius=5), ttl=2)
    seen = [repr(await cache_get(key, model=Weather))]
    for _ in range(200):
        if await cache_get(key) is None:
            return [*seen, "gone"]
        await asyncio.sleep(0.05)
    return [*seen, "still there"]


def in_threads(state: State) -> State:
    key, calls = state["key"], list[int]()

    def load() -> Weather:
        calls.append(1)
        time.sleep(0.05)
        return Weather(city=key, celsius=10)

    def ask(_: int) -> Any:
        return shared_swr(f"{key}:sync", load, fresh_for=3600, model=Weather)

    with ThreadPoolExecutor(FIFTY) as threads:
        results = list(threads.map(ask, range(FIFTY)))
    sync_cache_set(f"{key}:plain", {"by": "sync"})
    return {
        "from_sync": {
            "backend": type(_choice.Choice(None).backend()).__name__,
            "calls": len(calls),
            "values": sorted({one.value.celsius for one in results}),
            "plain": sync_cache_get(f"{key}:plain"),
        }
    }


builder = StateGraph(State)
builder.add_node("in_tasks", in_tasks)
builder.add_node("in_threads", in_threads)
builder.add_edge(START, "in_tasks")
builder.add_edge("in_tasks", "in_threads")
builder.add_edge("in_threads", END)
graph = builder.compile()
