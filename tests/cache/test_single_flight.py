"""One load for all who ask at once: tasks, threads, event loops, and callers who leave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from graphwire_core.cache import AsyncCache, AsyncLocalCache, Cache, LocalCache
from graphwire_core.errors import GraphwireError

FIFTY = 50


class SlowBackend:
    """Gives others a turn before each answer, as a backend behind a network does."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.turns = 3

    async def get(self, key: str) -> str | None:
        for _ in range(self.turns):
            await asyncio.sleep(0)
        return self.kept.get(key)

    async def set(self, key: str, text: str, lifetime: float) -> None:
        for _ in range(self.turns):
            await asyncio.sleep(0)
        self.kept[key] = text


class Loader:
    """Counts its calls; each ends when the test says so."""

    def __init__(self) -> None:
        self.calls = 0
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self) -> Any:
        self.calls += 1
        number = self.calls
        self.begun.set()
        await self.go_on.wait()
        return {"call": number}


async def test_fifty_tasks_share_one_load_and_each_has_an_object_of_its_own() -> None:
    cache, loader = AsyncCache(AsyncLocalCache(max_entries=10)), Loader()
    asking = [asyncio.create_task(cache.swr("key", loader)) for _ in range(FIFTY)]
    await loader.begun.wait()
    loader.go_on.set()
    results = await asyncio.gather(*asking)
    assert loader.calls == 1
    assert [one.status for one in results] == ["miss"] * FIFTY
    assert all(one.value == {"call": 1} for one in results)
    assert len({id(one.value) for one in results}) == FIFTY


async def test_a_caller_who_looked_before_the_value_was_there_does_not_load_it_again() -> None:
    backend, calls = SlowBackend(), 0
    cache = AsyncCache(backend)

    async def load() -> int:
        nonlocal calls
        calls += 1
        return calls

    async def late(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return (await cache.swr("key", load, fresh_for=60)).value

    # Each begins one turn later: some look while the first loads, some while it writes.
    assert await asyncio.gather(*(late(turns) for turns in range(FIFTY))) == [1] * FIFTY
    assert calls == 1


async def test_fifty_tasks_start_one_load_behind_them_when_the_value_is_stale() -> None:
    cache, loader = AsyncCache(AsyncLocalCache(max_entries=10)), Loader()
    loader.go_on.set()
    await cache.swr("key", loader)
    loader.go_on.clear()
    results = await asyncio.gather(*(cache.swr("key", loader) for _ in range(FIFTY)))
    assert {one.status for one in results} == {"stale"}
    await asyncio.sleep(0)
    assert loader.calls == 2
    loader.go_on.set()
    await asyncio.gather(*cache.crew._tasks)
    assert (await cache.swr("key", loader, fresh_for=60)).value == {"call": 2}


async def test_keys_are_loaded_side_by_side() -> None:
    cache, loader = AsyncCache(AsyncLocalCache()), Loader()
    asking = [asyncio.create_task(cache.swr(f"side-{n}", loader)) for n in range(FIFTY)]
    await reach(lambda: loader.calls, FIFTY)
    loader.go_on.set()
    values = [one.value["call"] for one in await asyncio.gather(*asking)]
    assert sorted(values) == list(range(1, FIFTY + 1))


async def test_the_error_of_a_shared_load_reaches_everybody_who_waits() -> None:
    cache, calls = AsyncCache(SlowBackend()), 0

    async def load() -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        raise OSError("no network")

    asking = (cache.swr("key", load) for _ in range(FIFTY))
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert calls == 1
    assert [str(one) for one in results] == ["no network"] * FIFTY


async def test_a_caller_who_leaves_ends_the_load_for_nobody_else() -> None:
    cache, loader = AsyncCache(AsyncLocalCache(max_entries=10)), Loader()
    first = asyncio.create_task(cache.swr("key", loader))
    await loader.begun.wait()
    second = asyncio.create_task(cache.swr("key", loader))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    loader.go_on.set()
    assert (await second).value == {"call": 1}
    assert loader.calls == 1


async def test_what_is_written_during_a_load_wins_over_it() -> None:
    backend = SlowBackend()
    cache, loader = AsyncCache(backend), Loader()
    loader.go_on.set()
    known = await cache.swr("key", loader, fresh_for=60)
    loader.go_on.clear()
    loader.begun.clear()
    reloading = asyncio.create_task(known.mutate())
    await loader.begun.wait()
    other = await cache.swr("key", loader, fresh_for=60)
    writing = asyncio.create_task(other.mutate({"call": 99}))
    await asyncio.sleep(0)
    loader.go_on.set()
    assert await reloading == {"call": 99}
    assert await writing == {"call": 99}
    assert (await cache.swr("key", loader, fresh_for=60)).value == {"call": 99}


async def test_of_two_reloads_the_later_one_counts() -> None:
    cache = AsyncCache(AsyncLocalCache(max_entries=10))
    gates = [asyncio.Event(), asyncio.Event(), asyncio.Event()]
    gates[0].set()
    calls = 0

    async def load() -> int:
        nonlocal calls
        calls += 1
        number = calls
        await gates[number - 1].wait()
        return number

    known = await cache.swr("key", load, fresh_for=60)
    again = await cache.swr("key", load, fresh_for=60)
    earlier = asyncio.create_task(known.mutate())
    await reach(lambda: calls, 2)
    later = asyncio.create_task(again.mutate())
    await reach(lambda: calls, 3)
    gates[2].set()
    assert await later == 3
    gates[1].set()
    assert await earlier == 3
    assert (await cache.swr("key", load, fresh_for=60)).value == 3


async def reach(loader_calls: Callable[[], int], number: int) -> None:
    """Give others turns until a loader was called so often."""
    for _ in range(10_000):
        if loader_calls() >= number:
            return
        await asyncio.sleep(0)
    raise AssertionError("the loader was not called")


def test_an_event_loop_that_ends_in_a_load_tells_those_who_wait_in_others() -> None:
    cache = AsyncCache(AsyncLocalCache(max_entries=10))
    begun, problems = threading.Event(), list[str]()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def owner() -> None:
        loading = asyncio.create_task(cache.swr("key", forever))
        await asyncio.to_thread(waiting.wait, 20)
        loading.cancel()  # and the loop ends with the load under way

    async def waiter() -> None:
        asking = asyncio.create_task(cache.swr("key", forever))
        await asyncio.sleep(0)
        waiting.set()
        try:
            await asking
        except GraphwireError as error:
            problems.append(error.message)

    waiting = threading.Event()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(asyncio.run, owner())
        assert begun.wait(10)
        second = threads.submit(asyncio.run, waiter())
        first.result(20)
        second.result(20)
    assert problems == ["swr('key'): the load was ended by CancelledError"]


def test_event_loops_share_one_load() -> None:
    cache = AsyncCache(AsyncLocalCache(max_entries=10))
    calls, ready, asked = list[int](), threading.Barrier(5), threading.Semaphore(0)

    async def load() -> int:
        calls.append(1)
        for _ in range(5):  # until all have asked
            assert await asyncio.to_thread(asked.acquire, timeout=20)
        return 7

    async def ask() -> int:
        await asyncio.to_thread(ready.wait, 20)
        asking = asyncio.create_task(cache.swr("key", load, fresh_for=60))
        await asyncio.sleep(0)
        asked.release()
        return (await asking).value

    with ThreadPoolExecutor(5) as threads:
        loops = [threads.submit(asyncio.run, ask()) for _ in range(5)]
        assert [one.result(30) for one in loops] == [7] * 5
    assert len(calls) == 1


def test_fifty_threads_share_one_load() -> None:
    cache = Cache(LocalCache(max_entries=10))
    ready, calls = threading.Barrier(FIFTY), list[int]()
    go_on = threading.Event()

    def load() -> dict[str, int]:
        calls.append(1)
        assert go_on.wait(20)
        return {"n": len(calls)}

    def ask(number: int) -> tuple[str, Any]:
        ready.wait(20)
        if number == 0:
            threading.Timer(0.2, go_on.set).start()
        result = cache.swr("key", load, fresh_for=60)
        return result.status, result.value

    with ThreadPoolExecutor(FIFTY) as threads:
        results = list(threads.map(ask, range(FIFTY)))
    assert len(calls) == 1
    assert [value for _, value in results] == [{"n": 1}] * FIFTY
    assert {status for status, _ in results} <= {"miss", "fresh"}


def test_a_loader_of_the_other_colour_is_told_apart() -> None:
    async def load() -> int:
        return 1

    wrong: Any = load
    with pytest.raises(ValueError, match="loader: expected a function that is not async, got an"):
        Cache(LocalCache(max_entries=10)).swr("key", wrong)

    async def ask() -> None:
        plain: Any = lambda: 1  # noqa: E731  # of the other colour
        with pytest.raises(ValueError, match="loader: expected an async function, got one of int"):
            await AsyncCache(AsyncLocalCache(max_entries=10)).swr("key", plain)

    asyncio.run(ask())
