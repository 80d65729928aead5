"""A message while it is written: the state that the wire forms add to and `Message` shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphwire_stream.messages._growth import Text, plain

__all__ = ["Draft", "Growth", "Namespace", "added_to", "reasoning_of", "role_of", "text_of"]

Namespace = tuple[str, ...]

Growth = tuple[str, str]
"""Text and reasoning that an event added to a message."""


@dataclass(slots=True, eq=False)
class Draft:
    """What is known of one message."""

    namespace: Namespace = ()
    id: str | None = None
    role: str = ""
    name: str | None = None
    content: Text | list[Any] = field(default_factory=Text)
    """As one text, or as blocks."""
    places: dict[int, int] | None = None
    """Where in `content` the block of an index is, in the protocol's form."""
    closed: set[int] = field(default_factory=set)
    """Indexes of the blocks that are complete, in the protocol's form."""
    calls: list[Any] = field(default_factory=list)
    """Calls of tools, where the form has them beside the content."""
    usage: dict[str, Any] | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    """The message's other fields, by name."""
    metadata: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    done: bool = False
    events: int = 0
    """How many events have made it what it is."""

    def blocks(self) -> list[Any]:
        """Return the content as it is, in the order of the message."""
        if isinstance(self.content, Text):
            return [{"type": "text", "text": str(self.content)}] if self.content else []
        if self.places is None:
            return self.content
        return [self.content[place] for _, place in sorted(self.places.items())]

    def block(self, index: Any) -> dict[str, Any]:
        """Return the block of an index that has begun, in the protocol's form."""
        place = (self.places or {})[index]
        block: dict[str, Any] = self.content[place]  # type: ignore[index]  # blocks have places
        return block

    def text(self) -> str:
        """Join the text of the content."""
        if isinstance(self.content, Text):
            return str(self.content)
        return "".join(map(text_of, self.blocks()))

    def reasoning(self) -> str:
        """Join the reasoning of the content."""
        extra = self.fields.get("additional_kwargs")
        beside = extra.get("reasoning_content") if isinstance(extra, dict) else None
        inside = "" if isinstance(self.content, Text) else "".join(map(reasoning_of, self.blocks()))
        return inside or (str(beside) if isinstance(beside, str | Text) else "")


def added_to(before: str, after: str) -> str:
    """Return what a text has more than before; all of it where it was rewritten."""
    return after[len(before) :] if after.startswith(before) else after


def role_of(kind: Any) -> str:
    """Return the role of a type of message: `"AIMessageChunk"` is a piece of `"ai"`."""
    name = kind if isinstance(kind, str) else ""
    return name.removesuffix("MessageChunk").lower() if name.endswith("MessageChunk") else name


def text_of(block: Any) -> str:
    """Return the text of a block, `""` where it has none."""
    if isinstance(block, str | Text):
        return str(block)
    text = block.get("text") if _is(block, "text") else None
    return str(text) if isinstance(text, str | Text) else ""


def reasoning_of(block: Any) -> str:
    """Return the reasoning of a block, whichever provider's, `""` where it has none."""
    if _is(block, "reasoning"):
        value = block.get("reasoning")
        if value is None and isinstance(block.get("summary"), list):
            pieces = [item.get("text") for item in block["summary"] if isinstance(item, dict)]
            value = "".join(str(plain(piece) or "") for piece in pieces)
    else:
        value = block.get("thinking") if _is(block, "thinking") else None
    return str(value) if isinstance(value, str | Text) else ""


def _is(block: Any, kind: str) -> bool:
    return isinstance(block, dict) and block.get("type") == kind
