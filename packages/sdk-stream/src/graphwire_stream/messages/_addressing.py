"""Which of several open messages an event of the thread protocol is about.

Only the beginning of a message names it. While one is open in a namespace, what comes is its own;
while several are, an event is told apart by what it must go on from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphwire_stream.messages._draft import Draft, reasoning_of, text_of

__all__ = ["addressed"]

_WRITES = {
    "text-delta": ("text",),
    "reasoning-delta": ("reasoning",),
    "tool-call-delta": ("tool_call", "tool_call_chunk"),
}
"""Which blocks a delta goes on from."""


def addressed(open_here: Sequence[Draft], data: Mapping[str, Any]) -> Draft | None:
    """Return the message of an event that names none; `None` when it may be of several.

    The pieces of a block are repeated when the block is complete, so nothing is lost without them.
    """
    index = data.get("index") if isinstance(data.get("index"), int) else None
    match data["event"]:
        case "content-block-start":
            fresh = [one for one in open_here if index not in (one.places or ())]
            return (fresh or open_here)[-1]
        case "content-block-delta":
            going_on = [one for one in open_here if _goes_on(one, index, data.get("delta"))]
            return going_on[0] if len(going_on) == 1 else None
        case "content-block-finish":
            growing = [one for one in open_here if _grows(one, index)]
            likely = [one for one in growing if _may_become(one, index, data.get("content"))]
            return (likely or growing or open_here)[0]
        case "message-finish":
            ended = [one for one in open_here if one.places and one.closed >= one.places.keys()]
            return ended[0] if ended else open_here[-1]
    return open_here[-1]


def _grows(draft: Draft, index: Any) -> bool:
    return index in (draft.places or ()) and index not in draft.closed


def _goes_on(draft: Draft, index: Any, delta: Any) -> bool:
    if not _grows(draft, index):
        return False
    kinds = _WRITES.get(str(delta.get("type"))) if isinstance(delta, Mapping) else None
    return kinds is None or draft.block(index).get("type") in kinds


def _may_become(draft: Draft, index: Any, whole: Any) -> bool:
    """Whether a block may have become another, which is complete."""
    if not isinstance(whole, Mapping):
        return False
    block = draft.block(index)
    for key in ("id", "name"):
        if None not in (block.get(key), whole.get(key)) and str(block[key]) != whole[key]:
            return False
    kinds = (str(one.get("type")).removesuffix("_chunk") for one in (block, whole))
    return len(set(kinds)) == 1 and all(
        read(whole).startswith(read(block)) for read in (text_of, reasoning_of)
    )
