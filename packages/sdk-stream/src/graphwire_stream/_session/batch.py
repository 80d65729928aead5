"""Events that go the same way, taken in together: most come many at a time, in one channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, zip_longest
from typing import Any, Final

from graphwire_core.errors import GraphwireError
from graphwire_stream._session.identity import Identifier, Identity
from graphwire_stream._session.interest import Namespace
from graphwire_stream._session.item import Item

__all__ = ["TELLING", "Batch", "batches"]

TELLING: Final = frozenset({"lifecycle", "input.requested"})
"""Events that say how a run is doing."""


@dataclass(slots=True)
class Batch:
    """Events of one channel and namespace, each newer than the one before it.

    One that says how a run is doing, or that has no time of its own, is by itself.
    """

    channel: str
    namespace: Namespace
    items: list[Item]
    identities: list[Identity]

    @classmethod
    def of(cls, item: Item, identity: Identity) -> Batch:
        """Begin with one event."""
        return cls(item.channel, item.namespace, [item], [identity])

    @property
    def is_special(self) -> bool:
        """Whether it is an event that says how a run is doing, or has no time of its own."""
        return self.identities[0][0] is None or self.items[0].method in TELLING

    def release(self) -> None:
        """Let go of the JSON of what is kept as objects: it may be large."""
        for item in self.items:
            if item.piece is None:
                item.payload = None

    def only(self, kept: Sequence[bool]) -> Batch:
        """Return some of them."""
        return Batch(
            self.channel,
            self.namespace,
            list(compress(self.items, kept)),
            list(compress(self.identities, kept)),
        )


def batches(
    identifier: Identifier, frames: Sequence[Mapping[str, Any]], payloads: Sequence[bytes] = ()
) -> Iterator[Batch]:
    """Yield the events among frames of a connection, in order, without those that it repeats.

    Raises:
        StreamProtocolError: A frame is not what the protocol says; it comes after those before.
        ConnectionFailed: The server says that it cannot go on with this connection.
    """
    batch: Batch | None = None
    newest: int | None = None
    try:
        for frame, payload in zip_longest(frames, payloads):
            item = Item.of(frame, payload)
            identity = identifier.identify(item) if item is not None else None
            if item is None or identity is None:
                continue
            time = identity[0]
            if (
                batch is not None
                and newest is not None
                and time is not None
                and time > newest
                and item.channel == batch.channel
                and item.namespace == batch.namespace
            ):
                batch.identities.append(identity)
                batch.items.append(item)
                newest = time
                continue
            if batch is not None:
                yield batch
            batch = Batch.of(item, identity)
            newest = None if item.method in TELLING else time
    except GraphwireError:
        if batch is not None:
            yield batch
        raise
    if batch is not None:
        yield batch
