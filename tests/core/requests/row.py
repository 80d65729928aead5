"""One row of the table of requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

NO_BODY = object()
"""The request has no body at all, which `{}` and null are not."""


class Row(NamedTuple):
    """A call, and exactly what it sends; it prints as its name."""

    call: str
    """Resource and method."""
    arguments: Sequence[Any]
    keywords: Mapping[str, Any]
    line: str
    """Method, raw path and query."""
    body: Any = NO_BODY
    headers: Mapping[str, str] = {}
    """Headers beyond the client's own."""
    deprecated: bool = False
    """Whether the call warns."""

    def __repr__(self) -> str:
        return self.call
