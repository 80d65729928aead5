"""Messages of stream mode `messages-tuple`: pieces to add up, and whole messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphwire_stream.messages._draft import Draft, Growth, reasoning_of, role_of, text_of
from graphwire_stream.messages._growth import Text, grow, grow_list, owned
from graphwire_stream.messages._snapshots import KNOWN
from graphwire_stream.messages.usage import added, counts

__all__ = ["add_chunk", "is_chunk"]


def is_chunk(message: Mapping[str, Any]) -> bool:
    """Tell whether a message is a piece of one."""
    return str(message.get("type")).endswith("MessageChunk")


def add_chunk(draft: Draft, chunk: Mapping[str, Any]) -> Growth:
    """Add a piece to its message; return the text and the reasoning that it brought."""
    draft.role = draft.role or role_of(chunk.get("type"))
    draft.name = draft.name or chunk.get("name")
    draft.usage = added(draft.usage, counts(chunk.get("usage_metadata")))
    calls = chunk.get("tool_call_chunks") or chunk.get("tool_calls")
    if isinstance(calls, list):
        grow_list(draft.calls, calls)
    for key, value in chunk.items():
        if value and key not in KNOWN:
            grow(draft.fields, {key: value})
    draft.done = draft.done or chunk.get("chunk_position") == "last"
    extra = chunk.get("additional_kwargs")
    beside = extra.get("reasoning_content") if isinstance(extra, dict) else None
    text, reasoning = _add_content(draft, chunk.get("content"))
    return text, reasoning or (beside if isinstance(beside, str) else "")


def _add_content(draft: Draft, content: Any) -> Growth:
    if isinstance(content, str):
        _add_text(draft, content)
        return content, ""
    if not isinstance(content, list):
        return "", ""
    if isinstance(draft.content, Text):
        # A text that came before blocks is the first of them, as in langchain's merging.
        draft.content = [*([str(draft.content)] if draft.content else []), *owned(content)]
    else:
        grow_list(draft.content, content)
    return "".join(map(text_of, content)), "".join(map(reasoning_of, content))


def _add_text(draft: Draft, text: str) -> None:
    if isinstance(draft.content, Text):
        draft.content.add(text)
    elif draft.content and isinstance(draft.content[-1], Text):
        draft.content[-1].add(text)
    elif draft.content and isinstance(draft.content[-1], str):
        draft.content[-1] = Text(draft.content[-1], text)
    elif text:
        draft.content.append(text)
