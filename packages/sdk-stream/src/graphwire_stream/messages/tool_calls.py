"""What a model asks tools to do, also while it is still writing."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json

from graphwire_core.models import JsonObject, ResponseModel
from graphwire_stream.messages._growth import plain

__all__ = ["ToolCall", "parsed_args", "tool_call"]


class ToolCall(ResponseModel):
    """A call of a tool, as far as the model has written it."""

    name: str | None = None
    id: str | None = None
    """What the tool's answer names as its `tool_call_id`."""
    args: JsonObject | None = None
    """The arguments so far, a string that has begun included; `None` where they are no object."""
    args_text: str = ""
    """The arguments as the model wrote them, which may be the beginning of JSON."""
    index: int | str | None = None
    """Which of the calls of a message a piece belongs to."""
    error: str | None = None
    """Why the model's provider could not read the call."""


def parsed_args(text: str) -> dict[str, Any] | None:
    """Parse arguments as far as they are written; `None` where they are no JSON object."""
    if not text.strip():
        return {}
    try:
        args = from_json(text, allow_partial="trailing-strings")
    except (ValueError, TypeError):  # a lone surrogate is no text for the parser
        return None
    return args if isinstance(args, dict) else None


def tool_call(held: dict[str, Any]) -> ToolCall:
    """Make the call of a piece, block or whole call that was received."""
    known = plain(held)
    args, index = known.get("args"), known.get("index")
    text = args if isinstance(args, str) else ""
    if isinstance(args, dict):
        text = json.dumps(args, ensure_ascii=False)
    return ToolCall(
        **{key: known[key] for key in ("name", "id", "error") if isinstance(known.get(key), str)},
        args=args if isinstance(args, dict) else parsed_args(text),
        args_text=text,
        index=index if isinstance(index, int | str) else None,
    )
