"""Places in a pool: given in the order in which they are waited for, and never lost."""

from __future__ import annotations

import asyncio
import threading

from graphwire_core.transports._slots import AsyncSlots, Slots


async def test_who_waits_longest_is_next() -> None:
    slots, served = AsyncSlots(1), list[int]()

    async def work(number: int) -> None:
        assert await slots.take(10)
        served.append(number)
        await asyncio.sleep(0)
        slots.free()

    assert slots.take_now()
    waiting = [asyncio.create_task(work(number)) for number in range(5)]
    await asyncio.sleep(0)
    assert not slots.take_now()
    slots.free()
    assert not slots.take_now()  # it is the first one's
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2, 3, 4]
    assert slots.take_now()


async def test_who_gives_up_leaves_the_place_to_the_next() -> None:
    slots = AsyncSlots(1)
    assert slots.take_now()
    assert not await slots.take(0.01)
    first, second = (asyncio.create_task(slots.take(10)) for _ in range(2))
    await asyncio.sleep(0)
    slots.free()  # to the first, which is cancelled before it hears of it
    first.cancel()
    assert await second
    slots.free()
    assert await slots.take(10)
    assert not slots.take_now()


async def test_without_a_number_there_is_always_a_place() -> None:
    slots = AsyncSlots(None)
    assert all([await slots.take(0) for _ in range(1000)])


def test_threads_share_the_places() -> None:
    slots, taken = Slots(2), threading.Event()
    assert slots.take(None)
    assert slots.take_now()
    assert not slots.take_now()
    assert not slots.take(0.01)

    def wait() -> None:
        if slots.take(10):
            taken.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    slots.free()
    assert taken.wait(10)
    waiting.join(10)
    assert all(Slots(None).take_now() for _ in range(3))
