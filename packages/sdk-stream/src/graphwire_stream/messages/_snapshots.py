"""Messages of stream mode `messages`, and whole ones of any mode: each replaces the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphwire_stream.messages._draft import Draft, Growth, added_to, role_of
from graphwire_stream.messages._growth import Text, owned
from graphwire_stream.messages.usage import counts

__all__ = ["KNOWN", "replace_message"]

KNOWN = frozenset(
    {
        "chunk_position",
        "content",
        "id",
        "invalid_tool_calls",
        "name",
        "tool_call_chunks",
        "tool_calls",
        "type",
        "usage_metadata",
    }
)
"""Fields of a message that have a place of their own; those without are kept by name."""


def replace_message(draft: Draft, message: Mapping[str, Any], *, done: bool) -> Growth:
    """Take a message as far as it is; return the text and the reasoning that are new in it."""
    before = draft.text(), draft.reasoning()
    content = message.get("content")
    draft.role = role_of(message.get("type"))
    draft.name = message.get("name")
    draft.usage = counts(message.get("usage_metadata"))
    draft.fields = owned({key: value for key, value in message.items() if key not in KNOWN})
    draft.places = None
    draft.content = owned(content) if isinstance(content, list) else Text(str(content or ""))
    calls = [message.get("tool_calls"), message.get("invalid_tool_calls")]
    draft.calls = owned([call for some in calls if isinstance(some, list) for call in some])
    draft.done = draft.done or done
    return added_to(before[0], draft.text()), added_to(before[1], draft.reasoning())
