"""JSON that grows: what a piece of a message adds to what came before it.

The rules are those of langchain's own merging of chunks, so that both end with the same message,
except that nothing is an error here: where two values cannot be added, the newer one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

__all__ = ["Text", "grow", "grow_list", "owned", "plain"]

_NAMES = frozenset(
    {"id", "type", "role", "status", "tool_call_id", "output_version", "model_provider"}
)
"""Fields that are repeated rather than continued."""

_LAST = frozenset({"index", "created", "timestamp"})
"""Numbers that are not added up."""


class Text:
    """A string that grows by pieces in linear time, and keeps none of them."""

    __slots__ = ("_buffer", "add")

    def __init__(self, *pieces: str) -> None:
        self._buffer = StringIO()
        self.add = self._buffer.write
        """Append a piece."""
        for piece in pieces:
            self.add(piece)

    def __str__(self) -> str:
        return self._buffer.getvalue()

    def __len__(self) -> int:
        return self._buffer.tell()


def plain(value: Any) -> Any:
    """Return a grown value as JSON of its own, which later growth does not touch."""
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


owned = plain
"""Copy the containers of a value, so that growing it leaves the sender's data alone."""


def grow(held: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add the fields of a piece to those that are held."""
    for key, value in piece.items():
        if value is None:
            held.setdefault(key, None)
        elif held.get(key) is None:
            held[key] = owned(value)
        else:
            held[key] = _added(key, held[key], value)


def grow_list(held: list[Any], piece: list[Any]) -> None:
    """Add the items of a piece: one with the `index` of an earlier item continues it."""
    for item in piece:
        earlier = _of_same_index(held, item) if isinstance(item, dict) else None
        if earlier is None:
            held.append(owned(item))
        else:
            grow(earlier, _continuation(earlier, item))


def _added(key: str, held: Any, value: Any) -> Any:
    if isinstance(value, str) and isinstance(held, str | Text):
        return _continued(key, held, value)
    if isinstance(value, dict) and isinstance(held, dict):
        grow(held, value)
        return held
    if isinstance(value, list) and isinstance(held, list):
        grow_list(held, value)
        return held
    if type(value) is int and type(held) is int and value != held and key not in _LAST:
        return held + value
    return owned(value)


def _continued(key: str, held: str | Text, value: str) -> str | Text:
    repeated = key in _NAMES and str(held) == value
    if not value or repeated or (key == "index" and str(held).startswith("lc_")):
        return held
    if isinstance(held, Text):
        held.add(value)
        return held
    return Text(held, value) if held else value


def _of_same_index(held: list[Any], item: dict[str, Any]) -> dict[str, Any] | None:
    index = item.get("index")
    if not (isinstance(index, int) or (isinstance(index, str) and index.startswith("lc_"))):
        return None
    for earlier in held:
        if isinstance(earlier, dict) and earlier.get("index") == index:
            ids = plain(earlier.get("id")), plain(item.get("id"))
            if ids[0] in (None, "", ids[1]) or ids[1] in (None, ""):
                return earlier
    return None


def _continuation(earlier: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Return what a block adds to the one of its index: its type is only said again."""
    value = item.get("value")
    if earlier.get("type") and item.get("type") == "non_standard" and isinstance(value, dict):
        fields = {key: field for key, field in value.items() if key != "type"}
        if earlier["type"] != "non_standard":
            return {"extras": fields}
        return {"value": fields, "index": item["index"]}
    return {key: field for key, field in item.items() if key != "type"}
