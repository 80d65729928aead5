"""One reading of a run, from its first event to its last, for all consumers that began with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from pydantic_core import from_json

from graphwire_core.errors import GraphwireError, StreamInterrupted
from graphwire_stream._session.consumer import Consumer
from graphwire_stream._session.identity import Identity, Seen
from graphwire_stream._session.interest import Interest, Namespace, covers
from graphwire_stream._session.item import Item
from graphwire_stream._session.track import Track
from graphwire_stream.protocol import LifecycleEvent

__all__ = ["Entry", "Reading"]

Entry = tuple[Identity, bytes]
"""An event as JSON, with its identity: bytes cost the garbage collector nothing."""

_RETAINED: Final = 2048
"""Events that are kept for consumers that open late; those of a longer run are asked for again."""
_ROUTES: Final = 4096
"""Pairs of channel and namespace whose consumers are looked up once."""


class Reading:
    """The events of a run on some channels, each once and in order, and who gets them.

    A consumer may join while the log still has the run's first event. One that comes later gets a
    reading of its own, fed by a connection that repeats the run from the start.

    `failing_in` is the thread that the error of a failed run names; without it there is none.
    """

    def __init__(
        self, track: Track, channels: frozenset[str], *, failing_in: str | None = None
    ) -> None:
        self.track = track
        self._failing_in = failing_in
        self.channels = channels
        self.log: deque[Entry] = deque()
        self.complete = True
        """Whether the log goes back to the run's first event."""
        self.fresh = True
        """Whether no event has come yet."""
        self.waiting = False
        """Whether it begins with the next connection, which repeats the run from its start."""
        self.settling = False
        """Whether the run has stopped at an interrupt, and a few events may still follow."""
        self.ended = False
        self.consumers: list[Consumer] = []
        self._seen = Seen()
        self._routes: dict[tuple[str, Namespace], tuple[Consumer, ...]] = {}
        self._ended_with: GraphwireError | None = None

    @property
    def is_read(self) -> bool:
        """Whether a consumer waits for more of it."""
        return any(not consumer.ended for consumer in self.consumers)

    def serves(self, interest: Interest) -> bool:
        """Whether a consumer with this interest sees the run from its start here."""
        if self.fresh and not self.ended:
            return True
        return self.complete and covers(self.channels, interest.channels)

    def admit(self, consumer: Consumer) -> None:
        """Hand a consumer what was read so far, and everything from now on."""
        self.channels |= consumer.interest.channels
        consumer.limit += len(self.log)  # what came before it is no lag
        for _, item in self.entries():
            consumer.offer(item)
        if self.ended:
            consumer.end(self._ended_with)
        elif not consumer.ended:
            self.consumers.append(consumer)
            self._routes.clear()

    def adopt(self, early: Reading) -> None:
        """Take in what another reading has read of the same run, at once."""
        for consumer in self.consumers:
            consumer.limit += len(early.log)  # nobody could read it before
        for identity, item in early.entries():
            self.feed(identity, item)

    def entries(self) -> Iterator[tuple[Identity, Item]]:
        """Yield what was read so far, as far as it is kept."""
        for identity, raw in self.log:
            item = Item.of(from_json(raw))
            if item is not None:
                yield identity, item

    def feed(self, identity: Identity, item: Item) -> bool:
        """Take in an event; return whether it is new."""
        if self.ended or self.waiting:
            return False
        route = self._route(item.channel, item.namespace)
        if route is None or not self._seen.add(identity):
            return False
        self.fresh = False
        if self.complete:
            self._keep((identity, item.to_json()))
        for consumer in route:
            consumer.push(item)
        if item.method == "lifecycle" and isinstance(item.event, LifecycleEvent):
            self._follow(item.event)
        return True

    def end(self, error: GraphwireError | None = None) -> None:
        """End every consumer: the run is over, or cannot be followed."""
        self.ended = True
        self.settling = False
        self._ended_with = error
        for consumer in self.consumers:
            consumer.end(error)
        self.consumers = []
        self._routes.clear()

    def give_up(self) -> None:
        """End every consumer: the run is over, but its end will not come."""
        run_id = self.track.run_id
        if self.track.gone:
            self.end(self._failure())
            return
        self.end(
            StreamInterrupted(
                f"Run {run_id} is over, but the server has not sent its end: it keeps the "
                "events only of runs that stream to threads or are resumable, for a time",
                cursor=run_id,
            )
        )

    def _failure(self) -> GraphwireError | None:
        return self.track.failure(self._failing_in) if self._failing_in else None

    def _keep(self, entry: Entry) -> None:
        self.log.append(entry)
        if len(self.log) > _RETAINED:
            self.complete = False
            self.log.clear()

    def _route(self, channel: str, namespace: Namespace) -> tuple[Consumer, ...] | None:
        """Return who wants such an event; `None` where it is of another reading's channels."""
        key = (channel, namespace)
        route = self._routes.get(key)
        if route is None:
            if not covers(self.channels, (channel,)):
                return None
            if len(self._routes) >= _ROUTES:
                self._routes.clear()
            self.consumers = [consumer for consumer in self.consumers if not consumer.ended]
            route = tuple(one for one in self.consumers if one.interest.wants(channel, namespace))
            self._routes[key] = route
        return route

    def _follow(self, event: LifecycleEvent) -> None:
        if event.namespace:
            for consumer in self.consumers:
                if consumer.ends_with(event):
                    consumer.end()
        elif event.data.event == "interrupted":
            self.settling = True
        elif event.data.event in {"completed", "failed"}:
            self.end(self._failure())
