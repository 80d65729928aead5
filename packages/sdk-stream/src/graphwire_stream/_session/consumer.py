"""What one reader of the session has yet to read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from copy import copy

from graphwire_core.errors import GraphwireError, SlowConsumerError
from graphwire_stream._session.interest import Interest, Namespace
from graphwire_stream._session.item import Item
from graphwire_stream._session.shared_messages import SharedMessages
from graphwire_stream.protocol import Event, LifecycleEvent

__all__ = ["Consumer"]


_ENDINGS = frozenset({"completed", "failed"})


class Consumer:
    """A queue of the events that match an interest, until the run, or the subgraph, is over.

    `scope` is the subgraph that ends it; `notify` is called whenever there is something to look
    at: an event, the end, an error.
    """

    __slots__ = ("_queue", "ended", "error", "interest", "limit", "messages", "notify", "scope")

    def __init__(self, interest: Interest, *, limit: int, scope: Namespace | None = None) -> None:
        self.interest = interest
        self.limit = limit
        self.scope = scope
        self.ended = False
        self.error: GraphwireError | None = None
        self.notify: Callable[[], None] | None = None
        self.messages = SharedMessages(shared=False)
        """What puts the messages together that it reads."""
        self._queue: deque[Item] = deque()

    @property
    def behind(self) -> int:
        """How many events wait to be read."""
        return len(self._queue)

    @property
    def room(self) -> int:
        """How many events more it can fall behind."""
        return self.limit - len(self._queue)

    def take(self) -> Item | None:
        """Return the next event, `None` when there is none (yet).

        Raises:
            GraphwireError: All events were read, and this is why there are no more.
        """
        try:
            return self._queue.popleft()
        except IndexError:
            pass
        error = self.error
        if error is None:
            return None
        raised = copy(error)  # one for each reader: tracebacks grow
        raised.__cause__ = error.__cause__
        raise raised

    def offer(self, item: Item) -> None:
        """Queue an event that matches, and end with the subgraph that it ends."""
        if self.ended:
            return
        if self.interest.wants(item.channel, item.namespace):
            self.push(item)
        if item.method == "lifecycle" and self.ends_with(item.event):
            self.end()

    def push(self, item: Item) -> None:
        """Queue an event, as `extend`."""
        self.extend((item,))

    def extend(self, items: Sequence[Item]) -> None:
        """Queue events; fail where nobody reads."""
        if self.ended:
            return
        if len(items) > self.room:
            self._queue.clear()
            self.end(
                SlowConsumerError(
                    f"This reader fell {self.limit} events behind its stream and was dropped; "
                    "read faster, or open the stream with a larger max_lag"
                )
            )
            return
        self._queue.extend(items)
        if self.notify is not None:
            self.notify()

    def ends_with(self, event: Event) -> bool:
        """Whether an event ends the subgraph that this consumer reads."""
        return (
            self.scope is not None
            and event.namespace == self.scope
            and isinstance(event, LifecycleEvent)
            and event.data.event in _ENDINGS
        )

    def end(self, error: GraphwireError | None = None) -> None:
        """Take no more events; what is queued can still be read, then `error` is raised."""
        if not self.ended:
            self.error = error
            self.ended = True
        if self.notify is not None:
            self.notify()

    def close(self) -> None:
        """Let go of everything: nobody reads any more."""
        self.end()
        self.error = None
        self._queue.clear()
