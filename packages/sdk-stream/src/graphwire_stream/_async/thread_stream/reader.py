"""Projections of a thread stream: what they are read with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from graphwire_core.errors import RunFailedError
from graphwire_stream._async.thread_stream.records import AsyncRecords
from graphwire_stream._drivers import AsyncDriver, Deadline
from graphwire_stream._session import Consumer, Interest, Namespace, Session, Track
from graphwire_stream._session.item import Item

__all__ = ["AsyncFollowing", "AsyncProjection", "AsyncReader"]

T = TypeVar("T")


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
        self._reduce = projection.begin(self)
        self.track: Track | None = None

    @property
    def following(self) -> AsyncFollowing:
        """The thread stream that this reads."""
        return self._projection.following

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._items:
            if not await self.advance():
                raise StopAsyncIteration
        return self._items.popleft()

    def deadline(self, timeout: float | None = None) -> Deadline:
        """Return the end of a wait; the thread stream's own limit where there is none."""
        return Deadline(timeout, self.following.timeout)

    async def advance(self, deadline: Deadline | None = None) -> bool:
        """Take the next event, or wait for it; return whether there may be more.

        Raises:
            RequestTimeout: The wait is over.
        """
        consumer = self._consumer or await self._open()
        ended = consumer.ended  # before the last look: more may come in between
        try:
            item = consumer.take()
        except RunFailedError as error:
            raise await self._explained(error) from None
        if item is not None:
            self._items.extend(self._reduce(item))
            return True
        if not ended:
            await self.following.driver.wait(consumer, deadline or self.deadline())
        return not ended

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

    async def _open(self) -> Consumer:
        following, projection = self.following, self._projection
        following.check_open()
        self.track = projection.track or await following.current()
        following.driver.tell(following.session.declare, projection.prefetched)
        if self._consumer is None:  # another task has not been faster
            self._consumer = following.driver.tell(
                following.session.open, self.track, projection.interest, scope=projection.scope
            )
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
