"""The request or WebSocket handshake that an authenticator judges."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from graphwire_auth.exceptions import HTTPException

__all__ = ["Connection", "Scope"]

Scope: TypeAlias = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Connection:
    """What came in, the same for HTTP and WebSocket. Its repr shows neither headers nor query."""

    method: str
    """The HTTP method; `GET` for a WebSocket."""
    path: str
    headers: Mapping[str, str] = field(repr=False)
    """Header by lower-case name; the first where a name came twice."""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_websocket: bool = False

    @classmethod
    def from_scope(cls, scope: Scope) -> Connection:
        """Read an ASGI scope.

        Raises:
            HTTPException: 400, where a credential came twice: whom would we believe?
        """
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope.get("headers", ()):
            name = raw_name.decode("latin-1").lower()
            if name in headers and name in ("authorization", "x-api-key"):
                raise HTTPException(400, f"Header {name} came twice")
            headers.setdefault(name, raw_value.decode("latin-1"))
        query = bytes(scope.get("query_string", b"")).decode("latin-1")
        return cls(
            method=str(scope.get("method", "GET")),
            path=str(scope.get("path", "")),
            headers=headers,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            is_websocket=scope.get("type") == "websocket",
        )

    @property
    def bearer(self) -> str | None:
        """The token of an `Authorization: Bearer` header, if there is one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return (token.strip() or None) if scheme.lower() == "bearer" else None
