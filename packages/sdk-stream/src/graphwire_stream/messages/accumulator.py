"""The messages of a run, told apart by id and namespace and put together from its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from graphwire_stream.messages._addressing import addressed
from graphwire_stream.messages._chunks import add_chunk, is_chunk
from graphwire_stream.messages._draft import Draft, Namespace
from graphwire_stream.messages._protocol import add_event, add_text
from graphwire_stream.messages._snapshots import replace_message
from graphwire_stream.messages.message import Message
from graphwire_stream.parts import StreamPart, StreamPartV2

__all__ = ["MessageAccumulator", "MessageUpdate"]

_Key = tuple[Namespace, str | None]
_Entry = tuple[Draft, Message]
_new_tuple = tuple.__new__  # takes half the time that calling a NamedTuple does


class MessageUpdate(NamedTuple):
    """What one event did to one message."""

    message: Message
    text: str
    """Text that was added."""
    reasoning: str
    """Reasoning that was added."""
    started: bool
    """Whether this was the first of the message."""
    done: bool = False
    """Whether the message is complete by it."""
    number: int = 0
    """How many events of the message there have been, with this one."""


class MessageAccumulator:
    """Put messages together from the events of a run stream or of a thread stream.

    Feed it every event, in order: those that bring no message do nothing, and none is an error.
    With `keep=False` a message that is done is forgotten: only who holds it keeps it.
    """

    def __init__(self, *, keep: bool = True) -> None:
        self._keep = keep
        self._kept: list[_Entry] = []
        self._known: dict[_Key, _Entry] = {}
        self._current: dict[Namespace, list[_Entry]] = {}
        self._metadata: dict[str, dict[str, Any]] = {}

    @property
    def messages(self) -> list[Message]:
        """The messages in the order they began; with `keep=False` those that are still open."""
        return [message for _, message in (self._kept if self._keep else self._known.values())]

    def feed(self, event: str, data: Any) -> list[MessageUpdate]:
        """Take an event of a run stream: its name, with the namespace after `|`, and its data."""
        if not event.startswith("messages"):
            return []
        kind, _, place = event.partition("|")
        if kind == "messages":
            pair = data if isinstance(data, list | tuple) else ()
            message, metadata = pair if len(pair) == 2 else (None, None)  # noqa: PLR2004
            metadata = metadata if isinstance(metadata, dict) else {}
            return list(self._received([message], metadata, place, done=True))
        if kind == "messages/metadata" and isinstance(data, dict):
            told = {
                key: value.get("metadata") for key, value in data.items() if isinstance(value, dict)
            }
            self._metadata |= {key: value for key, value in told.items() if isinstance(value, dict)}
        elif kind in ("messages/partial", "messages/complete") and isinstance(data, list):
            return list(self._received(data, None, place, done=kind == "messages/complete"))
        return []

    def feed_part(self, part: StreamPart | StreamPartV2) -> list[MessageUpdate]:
        """Take a part of a run stream, of either version."""
        if isinstance(part, StreamPart):
            return self.feed(part.event, part.data)
        return self.feed("|".join((part.type, *part.ns)), part.data)

    def feed_protocol(self, namespace: Iterable[str], data: Any) -> MessageUpdate | None:
        """Take the `params` of a `messages` event of a thread stream: its namespace and its data.

        Only the beginning of a message names it: what follows in a namespace belongs to the one
        that is open there. Where several are, blocks are told apart by what they go on from; pieces
        that may be of either are left out until their block is complete, and sent as a whole.

        Returns `None` where the data is no event of a message, or is left out.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("event"), str):
            return None
        place = tuple(namespace)
        open_here = self._current.setdefault(place, [])
        entry, started = self._addressed(place, data, open_here)
        if entry is None:
            return None
        draft, message = entry
        text, reasoning = add_event(draft, data)
        draft.events += 1
        if draft.done:
            self._current[place] = [one for one in open_here if one[0] is not draft]
            if not self._current[place]:
                del self._current[place]
            self._forget((place, draft.id))
        return MessageUpdate(message, text, reasoning, started, draft.done, draft.events)

    def feed_text(self, namespace: Namespace, index: int, piece: str) -> MessageUpdate | None:
        """Take a `messages` event of a thread stream that adds a piece of text, and no more.

        Returns `None`, and does nothing, where that takes a closer look: see `feed_protocol`.
        """
        open_here = self._current.get(namespace)
        if open_here is None or len(open_here) != 1:
            return None
        draft, message = open_here[0]
        if not add_text(draft, index, piece):
            return None
        draft.events += 1
        return _new_tuple(MessageUpdate, (message, piece, "", False, False, draft.events))

    def finish(self) -> None:
        """Note that the run is over: what was not said to be complete is complete now.

        The last piece of a message of mode `messages` does not tell that it is the last.
        """
        for draft, _ in (*self._kept, *self._known.values()):
            draft.done = True
        self._current.clear()
        if not self._keep:
            self._known.clear()
            self._metadata.clear()

    def _received(
        self, messages: Iterable[Any], metadata: dict[str, Any] | None, place: str, *, done: bool
    ) -> Iterator[MessageUpdate]:
        for message in messages:
            if not isinstance(message, dict):
                continue
            name = message.get("id")
            key, told = self._key(name if isinstance(name, str) else None, metadata, place)
            piece = is_chunk(message)
            (draft, shown), started = self._entry(key, fresh=key[1] is None and not piece)
            draft.metadata = draft.metadata or told
            if piece:
                text, reasoning = add_chunk(draft, message)
            else:
                text, reasoning = replace_message(draft, message, done=done)
            draft.events += 1
            if draft.done:
                self._forget(key)
            yield MessageUpdate(shown, text, reasoning, started, draft.done, draft.events)

    def _key(
        self, name: str | None, metadata: dict[str, Any] | None, place: str
    ) -> tuple[_Key, dict[str, Any]]:
        """Return namespace and id of a message, and its metadata.

        Where the name of the event has no namespace, it is that of the node.
        """
        if metadata is None:  # of a snapshot, which was told of before the first one
            metadata = self._metadata.get(name or "", {})
        if place:
            return (tuple(place.split("|")), name), metadata
        inside = metadata.get("langgraph_checkpoint_ns")
        return (tuple(inside.split("|")[:-1]) if isinstance(inside, str) else (), name), metadata

    def _addressed(
        self, place: Namespace, data: Mapping[str, Any], open_here: list[_Entry]
    ) -> tuple[_Entry | None, bool]:
        name = data.get("id") or data.get("message_id")
        key = place, name if isinstance(name, str) else None
        if data["event"] == "message-start":
            entry, started = self._entry(key, fresh=key[1] is None)
            open_here.append(entry)
            return entry, started
        if key[1] is not None and key in self._known:
            return self._known[key], False
        if len(open_here) == 1:
            return open_here[0], False
        if open_here:
            draft = addressed([one for one, _ in open_here], data)
            return next((one for one in open_here if one[0] is draft), None), False
        entry, started = self._entry((place, None), fresh=True)
        open_here.append(entry)
        return entry, started

    def _entry(self, key: _Key, *, fresh: bool) -> tuple[_Entry, bool]:
        """Return the message of a key and whether it is new; those without an id may be many."""
        if not fresh and key in self._known:
            return self._known[key], False
        draft = Draft(*key)
        entry = draft, Message(draft)
        self._known[key] = entry
        if self._keep:
            self._kept.append(entry)
        return entry, True

    def _forget(self, key: _Key) -> None:
        """Let go of a message that is done; one without an id is never meant again."""
        if key[1] is None or not self._keep:
            self._known.pop(key, None)
        if not self._keep:
            self._metadata.pop(key[1] or "", None)
