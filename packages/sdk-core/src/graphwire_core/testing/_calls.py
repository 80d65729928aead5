"""Calls that a mock received, as a test looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from graphwire_core._json import decode_json
from graphwire_core.transports._types import Request

__all__ = ["RecordedCall"]


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request that was sent."""

    method: str
    path: str
    """Quoted, without query."""
    query: Mapping[str, str]
    """Query parameters; of a repeated one the last."""
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case. They hold the credentials, so they are not shown."""
    content: bytes = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict)
    """What stands in the path for each `{name}` of the route, unquoted."""

    @classmethod
    def of(cls, request: Request, params: Mapping[str, str] | None = None) -> Self:
        """Take a request apart."""
        parts = urlsplit(request.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = dict(request.headers)
        return cls(request.method, parts.path, query, headers, request.content, params or {})

    @property
    def json(self) -> Any:
        """The decoded body; `None` without one."""
        return decode_json(self.content)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
