"""Projections of a thread stream: what they are read with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sized
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from graphwire_core.errors import RunFailedError
from graphwire_stream._async.thread_stream.records import AsyncRecords
from graphwire_stream._drivers import AsyncDriver, Deadline, async_exclusive
from graphwire_stream._session import Consumer, Interest, Namespace, Session, Track
from graphwire_stream._session.item import Item
from graphwire_stream._session.shared_messages import SharedMessages

__all__ = ["AsyncFollowing", "AsyncProjection", "AsyncReader"]

T = TypeVar("T")
R = TypeVar("R")


class AsyncFollowing(Protocol):
    """What a projection needs of its thread stream."""

    session: Session
    driver: AsyncDriver
    records: AsyncRecords
    timeout: float | None

    def check_open(self) -> None:
        """Raise unless the stream is entered and not closed."""

    async def current(self) -> Track:
        """Return the run that a projection opened now is about."""

    async def result(self, timeout: float | None = None) -> Any:
        """Wait until the run is over, and return its values."""


class AsyncReader(Generic[T]):
    """Reads one projection: an async iterator, and a context manager that lets go of it.

    Several tasks may read on: whoever needs an event takes the next one for all.
    """

    def __init__(self, projection: AsyncProjection[T]) -> None:
        self._projection = projection
        self._consumer: Consumer | None = None
        self._items: deque[T] = deque()
        self._reduce: Callable[[Item], Iterable[T]] = lambda _: ()
        self.messages = SharedMessages()
        """What puts messages together for it."""
        self.track: Track | None = None

    @property
    def following(self) -> AsyncFollowing:
        """The thread stream that this reads."""
        return self._projection.following

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            if self._items:
                try:
                    return self._items.popleft()
                except IndexError:  # another thread has just taken it
                    continue
            if not await self.advance(unless=self._items):
                raise StopAsyncIteration

    def deadline(self, timeout: float | None = None) -> Deadline:
        """Return the end of a wait; the thread stream's own limit where there is none."""
        return Deadline(timeout, self.following.timeout)

    async def advance(self, deadline: Deadline | None = None, *, unless: Sized = ()) -> bool:
        """Take the next event, or wait for it; return whether there may be more.

        Nothing is taken where another thread has filled `unless` meanwhile.

        Raises:
            RequestTimeout: The wait is over.
        """
        consumer = self._consumer or await self._open()
        ended = consumer.ended  # before the last look: more may come in between
        try:
            if self._take(consumer, unless):
                return True
        except RunFailedError as error:
            raise await self._explained(error) from None
        if not ended:
            await self.following.driver.wait(consumer, deadline or self.deadline())
        return not ended

    @async_exclusive
    def alone(self, act: Callable[[], R]) -> R:
        """Do something while no other thread takes in an event."""
        return act()

    @async_exclusive
    def settle(self) -> None:
        """Wait until what another thread has taken has reached everybody."""

    async def aclose(self) -> None:
        """Stop reading; the run goes on."""
        if self._consumer is not None:
            self._consumer.close()
        self._items.clear()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _explained(self, error: RunFailedError) -> RunFailedError:
        if self.track is None:
            return error
        await self.following.records.explain(self.track)
        return self.track.failure(error.thread_id or "") or error

    def __del__(self) -> None:
        if self._consumer is not None:  # nobody reads it any more: nothing is kept for it
            self._consumer.close()

    @async_exclusive
    def _take(self, consumer: Consumer, unless: Sized) -> bool:
        """Take in the next event, or all up to one that brings an item, where items are wanted.

        They are reduced one by one, in order, and no further than somebody reads.
        """
        if unless:
            return True
        items, reduce, took = self._items, self._reduce, False
        while (item := consumer.take()) is not None:
            items.extend(reduce(item))
            took = True
            if items or unless is not items:
                break
        return took

    async def _open(self) -> Consumer:
        following, projection = self.following, self._projection
        following.check_open()
        track = projection.track or await following.current()
        return self._opened(track)

    @async_exclusive
    def _opened(self, track: Track) -> Consumer:
        if self._consumer is None:  # nobody else has been faster
            following, projection = self.following, self._projection
            self.track = track
            following.driver.tell(following.session.declare, projection.prefetched)
            consumer = following.driver.tell(
                following.session.open, track, projection.interest, scope=projection.scope
            )
            self.messages = consumer.messages
            self._reduce = projection.begin(self)
            self._consumer = consumer
        return self._consumer


class AsyncProjection(ABC, Generic[T]):
    """A view of a run's events. Each `async for` reads it from the run's start to its end."""

    prefetched: frozenset[str] = frozenset()
    """Channels that what it yields will want."""

    def __init__(
        self,
        following: AsyncFollowing,
        interest: Interest,
        *,
        track: Track | None = None,
        scope: Namespace | None = None,
    ) -> None:
        self.following = following
        self.interest = interest
        self.track = track
        self.scope = scope

    @abstractmethod
    def begin(self, reader: AsyncReader[T], /) -> Callable[[Item], Iterable[T]]:
        """Return the reducer of one reading: what each event adds to the projection."""

    def __aiter__(self) -> AsyncIterator[T]:
        self.following.check_open()
        return AsyncReader(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(sorted(self.interest.channels))}>"
