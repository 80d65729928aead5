"""The memory of the process: bounded by entries and by size, and shared by both colours."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from graphwire_core.cache import AsyncLocalCache, LocalCache
from graphwire_core.cache._drivers.memory import Memory


def test_what_was_used_longest_ago_makes_room() -> None:
    memory = Memory(max_entries=3)
    for key in "abc":
        memory.set(key, key, 60)
    assert memory.get("a") == "a"
    memory.set("d", "d", 60)
    assert [memory.get(key) for key in "abcd"] == ["a", None, "c", "d"]
    assert len(memory) == 3


def test_large_values_make_room_too_and_one_that_is_too_large_is_not_kept() -> None:
    memory = Memory(max_bytes=100)
    memory.set("a", "x" * 40, 60)
    memory.set("b", "x" * 40, 60)
    memory.set("c", "x" * 40, 60)
    assert memory.get("a") is None
    memory.set("d", "x" * 101, 60)
    assert memory.get("d") is None
    assert memory.get("c") is not None
    for _ in range(100):
        memory.set("c", "x" * 40, 60)  # one key takes its room once
    assert memory.get("b") is not None


def test_a_text_is_gone_when_its_time_is_over() -> None:
    now = [0.0]
    memory = Memory(clock=lambda: now[0])
    memory.set("a", "text", 1.5)
    now[0] = 1.4
    assert memory.get("a") == "text"
    now[0] = 1.5
    assert memory.get("a") is None
    assert len(memory) == 0


async def test_without_bounds_of_their_own_both_colours_share_the_memory_of_the_process() -> None:
    await AsyncLocalCache().set("shared-by-colours", "text", 60)
    assert LocalCache().get("shared-by-colours") == "text"
    assert LocalCache(max_entries=5).get("shared-by-colours") is None


def test_threads_may_use_it_at_once() -> None:
    memory = Memory(max_entries=10)

    def work(number: int) -> None:
        for turn in range(200):
            memory.set(str((number + turn) % 20), "x" * turn, 60)
            memory.get(str(turn % 20))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert len(memory) <= 10
    kept = (memory.get(str(key)) for key in range(20))
    assert memory._size == sum(len(text) for text in kept if text is not None) + sum(
        len(key) for key in memory._kept
    )
