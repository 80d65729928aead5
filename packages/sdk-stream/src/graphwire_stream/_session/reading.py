"""One reading of a run, from its first event to its last, for all consumers that began with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic_core import from_json

from graphwire_core.errors import GraphwireError, StreamInterrupted
from graphwire_stream._session.batch import Batch
from graphwire_stream._session.consumer import Consumer
from graphwire_stream._session.identity import Identity, Seen
from graphwire_stream._session.interest import Interest, Namespace, covers
from graphwire_stream._session.item import Item
from graphwire_stream._session.shared_messages import SharedMessages
from graphwire_stream._session.track import Track
from graphwire_stream.protocol import LifecycleEvent

__all__ = ["Reading"]

_RETAINED: Final = 2048
"""Events that are kept for consumers that open late; those of a longer run are asked for again."""
_RETAINED_BYTES: Final = 1 << 26
"""Bytes of events that are kept so: states may be large."""
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
        self.log: list[bytes] = []
        """Events as JSON: bytes cost the garbage collector nothing."""
        self._logged: list[Identity] = []
        self._kept = 0
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
        self._messages: SharedMessages | None = SharedMessages()
        self._due: list[Item] = []
        self._bound_for: tuple[Consumer, ...] = ()
        self._routes: dict[tuple[str, Namespace], tuple[Consumer, ...]] = {}
        self._groups: dict[tuple[Consumer, ...], tuple[Consumer, ...]] = {}
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
        if self._messages is not None:  # it begins with those that are there
            consumer.messages = self._messages
        consumer.limit += len(self.log)  # what came before it is no lag
        for batch in self._entries():
            consumer.offer(batch.items[0])
        if self.ended:
            consumer.end(self._ended_with)
        elif not consumer.ended:
            self.consumers.append(consumer)
            self._forget_routes()

    def adopt(self, early: Reading) -> None:
        """Take in what another reading has read of the same run, at once."""
        for consumer in self.consumers:
            consumer.limit += len(early.log)  # nobody could read it before
        for batch in early._entries():
            self.feed(batch)
        self.hand_over()

    def feed(self, batch: Batch) -> bool:
        """Take in events; return whether any is new. Consumers get them at `hand_over`."""
        if self.ended or self.waiting:
            return False
        route = self._routes.get((batch.channel, batch.namespace))
        if route is None:
            route = self._route(batch.channel, batch.namespace)
        if route is None:
            return False
        if not self._seen.add_newer(batch.identities):
            batch = batch.only([self._seen.add(identity) for identity in batch.identities])
            if not batch.items:
                return False
        self.fresh = False
        if self.complete:
            self._keep(batch)
        if route is not self._bound_for:  # what came before is for others
            self.hand_over()
            self._bound_for = route
        self._due += batch.items
        if batch.channel == "lifecycle" and isinstance(batch.items[0].event, LifecycleEvent):
            self._follow(batch.items[0].event)
        return True

    def hand_over(self) -> None:
        """Give the consumers what was taken in for them."""
        if self._due:
            due, self._due = self._due, []
            for consumer in self._bound_for:
                consumer.extend(due)

    def end(self, error: GraphwireError | None = None) -> None:
        """End every consumer: the run is over, or cannot be followed."""
        self.hand_over()
        self.ended = True
        self.settling = False
        self._ended_with = error
        for consumer in self.consumers:
            consumer.end(error)
        self.consumers = []
        self._forget_routes()

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

    def _entries(self) -> Iterator[Batch]:
        for identity, payload in zip(self._logged, self.log, strict=True):
            item = Item.of(from_json(payload), payload)
            if item is not None:
                yield Batch.of(item, identity)

    def _keep(self, batch: Batch) -> None:
        payloads = [item.payload or item.to_json() for item in batch.items]
        self._logged += batch.identities
        self.log += payloads
        self._kept += sum(map(len, payloads))
        if len(self.log) > _RETAINED or self._kept > _RETAINED_BYTES:
            self.complete = False
            self._logged.clear()
            self.log.clear()

    def _route(self, channel: str, namespace: Namespace) -> tuple[Consumer, ...] | None:
        """Find out who wants such events; `None` where they are of another reading's channels."""
        if not covers(self.channels, (channel,)):
            return None
        if channel == "messages":
            self._messages = None  # whoever comes later would miss the beginning
        if len(self._routes) >= _ROUTES:
            self._forget_routes()
        self.consumers = [consumer for consumer in self.consumers if not consumer.ended]
        route = tuple(one for one in self.consumers if one.interest.wants(channel, namespace))
        # One tuple for the same consumers: their events make one batch.
        route = self._routes[channel, namespace] = self._groups.setdefault(route, route)
        return route

    def _forget_routes(self) -> None:
        self._routes.clear()
        self._groups.clear()

    def _follow(self, event: LifecycleEvent) -> None:
        self.hand_over()
        if event.namespace:
            for consumer in self.consumers:
                if consumer.ends_with(event):
                    consumer.end()
        elif event.data.event == "interrupted":
            self.settling = True
        elif event.data.event in {"completed", "failed"}:
            self.end(self._failure())
