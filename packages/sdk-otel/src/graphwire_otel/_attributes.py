"""What a span says of an attempt, in the words of the HTTP semantic conventions.

Bodies, headers, query values and credentials stay out of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from opentelemetry.util.types import AttributeValue

from graphwire_core.errors import TransportError
from graphwire_core.plugins import Attempt, Outcome

__all__ = ["METERED", "description_of", "error_type", "name_of", "of_outcome", "of_request"]

METERED = ("http.request.method", "server.address", "server.port", "graphwire.stream")
"""Attributes of a span that its measurement has too: those with few values."""

_METHODS = frozenset(
    ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
)
_ROOTS = frozenset(
    {"a2a", "assistants", "info", "mcp", "metrics", "ok", "openapi.json"}
    | {"runs", "store", "threads"}
)
"""First segments of the server's own paths; of others nobody knows which segments are ids."""
_PORTS = {"http": 80, "https": 443}
_LONGEST = 300


def name_of(attributes: Mapping[str, AttributeValue]) -> str:
    """Return the name of the span of a request: `{method} {template}`, of few values."""
    method = attributes["http.request.method"]
    verb = "HTTP" if method == "_OTHER" else str(method)
    template = attributes.get("url.template")
    return f"{verb} {template}" if template else verb


def of_request(attempt: Attempt) -> dict[str, AttributeValue]:
    """Return what is known before the request is sent."""
    request = attempt.request
    parts = urlsplit(request.url)
    authority = parts.netloc.rpartition("@")[2]
    query = f"?{_without_values(parts.query)}" if parts.query else ""
    attributes: dict[str, AttributeValue] = {
        "http.request.method": request.method if request.method in _METHODS else "_OTHER",
        "url.full": f"{parts.scheme}://{authority}{parts.path}{query}",
        "server.address": parts.hostname or "",
        "server.port": parts.port or _PORTS.get(parts.scheme, 0),
        "graphwire.stream": attempt.stream,
    }
    if request.method not in _METHODS:
        attributes["http.request.method_original"] = request.method
    if attempt.route.lstrip("/").partition("/")[0] in _ROOTS:
        attributes["url.template"] = attempt.route
    if attempt.number > 1:
        attributes["http.request.resend_count"] = attempt.number - 1
    if request.content:
        attributes["http.request.body.size"] = len(request.content)
    return attributes


def of_outcome(outcome: Outcome) -> dict[str, AttributeValue]:
    """Return what is known when the body is closed."""
    attributes: dict[str, AttributeValue] = {}
    if outcome.status_code is not None:
        attributes["http.response.status_code"] = outcome.status_code
        if "content-encoding" not in outcome.headers:  # the convention means the bytes on the wire
            attributes["http.response.body.size"] = outcome.size
        request_id = outcome.headers.get("x-request-id")
        if request_id:
            attributes["graphwire.request_id"] = request_id[:_LONGEST]
    return attributes


def error_type(outcome: Outcome) -> str | None:
    """Return the class of the error, else the status of 400 or above, else `None`."""
    if outcome.error is not None:
        kind = type(outcome.error)
        module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        return module + kind.__qualname__
    if outcome.status_code is not None and outcome.status_code >= HTTPStatus.BAD_REQUEST:
        return str(outcome.status_code)
    return None


def description_of(outcome: Outcome) -> str | None:
    """Return the message of an error of the transport; others may quote a body."""
    if isinstance(outcome.error, TransportError):
        return outcome.error.message[:_LONGEST]
    return None


def _without_values(query: str) -> str:
    """Return a query with the names of its parameters alone."""
    names = (piece.partition("=") for piece in query.split("&"))
    return "&".join(f"{name}=REDACTED" if equals else "REDACTED" for name, equals, _ in names)
