"""How many tokens a message cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from graphwire_core.models import ResponseModel

__all__ = ["Usage", "added", "counts", "usage_of"]


class Usage(ResponseModel):
    """Tokens of one message, as its model counted them."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    input_token_details: dict[str, int] = Field(default_factory=dict)
    """Such as `cache_read`, `cache_creation`, `audio`."""
    output_token_details: dict[str, int] = Field(default_factory=dict)
    """Such as `reasoning`, `audio`."""


def counts(usage: Any) -> dict[str, Any] | None:
    """Return the numbers of a usage; `None` where there is none."""
    if not isinstance(usage, Mapping) or not usage:
        return None
    numbers = {
        key: counts(item) if isinstance(item, Mapping) else item for key, item in usage.items()
    }
    return {
        key: item
        for key, item in numbers.items()
        if isinstance(item, dict) or (isinstance(item, int) and not isinstance(item, bool))
    }


def added(held: dict[str, Any] | None, more: dict[str, Any] | None) -> dict[str, Any] | None:
    """Add two usages, number by number."""
    if held is None or more is None:
        return held if more is None else more
    total = dict(held)
    for key, item in more.items():
        before = total.get(key)
        if isinstance(item, dict):
            total[key] = added(before if isinstance(before, dict) else None, item)
        else:
            total[key] = item + before if isinstance(before, int) else item
    return total


def usage_of(numbers: dict[str, Any]) -> Usage:
    """Make the usage of its numbers; those of no known name are kept too."""
    known = {
        key: value
        for key, value in numbers.items()
        if isinstance(value, dict) is key.endswith("_details")
    }
    spoken = known.get("input_tokens", 0) + known.get("output_tokens", 0)
    return Usage.model_validate({"total_tokens": spoken, **known})
