"""Calls from one event loop or thread into another: answered, cancelled, refused, cut."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from tests.core.transports.applications import application, bare

from graphwire import Client
from graphwire.errors import ConfigurationError, TransportError
from graphwire_core.transports._crossing import AsyncCrossing, Crossing

who: ContextVar[str] = ContextVar("who", default="nobody")


@contextmanager
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def place() -> tuple[asyncio.AbstractEventLoop, str]:
    return asyncio.get_running_loop(), who.get()


async def test_a_coroutine_runs_in_the_other_loop_and_in_the_context_of_its_caller() -> None:
    who.set("ada")
    with elsewhere() as loop:
        assert await AsyncCrossing(loop).call(place()) == (loop, "ada")
        assert await asyncio.to_thread(Crossing(loop).call, place()) == (loop, "ada")


async def test_cancelling_the_caller_cancels_the_work_in_the_other_loop() -> None:
    started, ended = threading.Event(), threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with elsewhere() as loop:
        call = asyncio.create_task(AsyncCrossing(loop).call(work()))
        assert await asyncio.to_thread(started.wait, 10)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await asyncio.to_thread(ended.wait, 10)


async def stop_the_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Do what `asyncio.run` does at its end, with the caller still waiting."""
    for task in asyncio.all_tasks():
        task.cancel()


async def test_a_loop_that_ends_under_a_call_is_a_transport_error_and_no_cancellation() -> None:
    with elsewhere() as loop, pytest.raises(TransportError, match=r"event loop .* has ended"):
        await AsyncCrossing(loop).call(stop_the_loop(loop))
    with elsewhere() as loop, pytest.raises(TransportError, match=r"event loop .* has ended"):
        await asyncio.to_thread(Crossing(loop).call, stop_the_loop(loop))


async def test_a_loop_that_stops_without_a_word_is_noticed_by_the_thread_that_waits() -> None:
    async def stop() -> None:
        asyncio.get_running_loop().stop()
        await asyncio.Event().wait()

    with elsewhere() as loop, pytest.raises(TransportError, match=r"event loop .* has ended"):
        await asyncio.to_thread(Crossing(loop).call, stop())


@pytest.mark.parametrize("kind", [AsyncCrossing, Crossing])
async def test_a_loop_that_has_ended_takes_nothing(kind: Callable[[Any], Any]) -> None:
    with elsewhere() as loop:
        pass
    with pytest.raises(TransportError, match=r"event loop .* has ended"):
        await asyncio.to_thread(lambda: asyncio.run(as_coroutine(kind(loop).call(place()))))


async def as_coroutine(value: Any) -> Any:
    return await value if asyncio.iscoroutine(value) else value


async def test_a_sync_call_into_the_loop_that_it_blocks_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="would block the event loop"):
        Crossing(asyncio.get_running_loop()).call(place())


async def test_a_sync_client_of_an_application_works_inside_of_an_event_loop() -> None:
    with Client.from_app(bare("returns")) as client:
        assert client.request("GET", "/inside") == "/inside"


def test_a_pool_whose_every_thread_waits_for_the_loop_has_one_more_for_its_work() -> None:
    async def work() -> str:
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: "done")

    with elsewhere() as loop, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(Crossing(loop).call, work()) for _ in range(2)]
        assert [one.result(timeout=30) for one in waiting] == ["done", "done"]
        assert pool._max_workers == 2


def test_a_thread_of_no_pool_waits_as_it_is() -> None:
    found: list[Any] = []
    with elsewhere() as loop:
        thread = threading.Thread(
            target=lambda _: found.append(Crossing(loop).call(place())),
            args=(lambda: pytest.fail("this is for the thread's own function"),),
        )
        thread.start()
        thread.join(30)
    assert found == [(loop, "nobody")]


def test_many_threads_share_one_application_and_its_one_start() -> None:
    log: list[str] = []
    before = threading.active_count()
    with Client.from_app(application(log)) as client, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: client.request("GET", "/state")[0], range(40)))
    assert found == ["open"] * 40
    assert log == ["started", "stopped"]
    assert threading.active_count() == before
