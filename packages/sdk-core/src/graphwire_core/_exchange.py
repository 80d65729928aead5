"""The pure half of the sender: an operation to a request, a response to a result or an error."""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Protocol, Self, TypeVar

from pydantic import ValidationError

from graphwire_core import errors
from graphwire_core._codec import Codecs
from graphwire_core._json import decode_json, encode_json
from graphwire_core._omit import OMIT
from graphwire_core._operation import Operation
from graphwire_core._version import USER_AGENT
from graphwire_core.retry import Retry, parse_retry_after
from graphwire_core.settings import ClientSettings
from graphwire_core.transports._types import Request, Timeout

__all__ = ["Exchange", "refusal", "result_of", "status_error", "unfit"]

T = TypeVar("T")

_FRAMING = ("content-length", "transfer-encoding")
_EXCERPT = 500
_BODY_TEXT = 4000
_LINE = 200
_USERINFO = re.compile(r"//[^/@]*@")

_STATUS_ERRORS: dict[int, type[errors.APIStatusError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
}


class Head(Protocol):
    """The head of a response."""

    @property
    def status_code(self) -> int:
        """HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What every request of a client has in common."""

    base_url: str
    """Without a trailing slash."""
    headers: Mapping[str, str] = field(repr=False)
    timeout: Timeout
    retry: Retry | None
    codecs: Codecs | None = None

    @classmethod
    def of(cls, settings: ClientSettings, codecs: Codecs | None = None) -> Self:
        """Take what the settings of a client say, and the codecs of its plugins."""
        headers = {"user-agent": USER_AGENT, "accept": "application/json"}
        headers |= {
            name: value.get_secret_value().strip(" \t") for name, value in settings.headers.items()
        }
        if settings.encryption_context is not None:
            context = encode_json(settings.encryption_context, argument="encryption_context")
            headers["x-encryption-context"] = b64encode(context).decode()
        return cls(settings.url, headers, settings.timeout, settings.retry, codecs)

    def deadline(self, now: float) -> float | None:
        """Return when a call that begins now must be over; `None` for never."""
        return None if self.timeout.total is None else now + self.timeout.total

    def overdue(self) -> errors.RequestTimeout:
        """Make the error of a call that was not over by its deadline."""
        total = self.timeout.total
        return errors.RequestTimeout(f"The call was not over within its total timeout of {total} s")

    def bounded(self, request: Request, deadline: float | None, now: float) -> Request:
        """Let no phase of a request last beyond the deadline of its call."""
        if deadline is None:
            return request
        rest = max(deadline - now, 0.001)
        phases = (request.timeout.connect, request.timeout.read, request.timeout.write)
        bounds = [rest if limit is None else min(limit, rest) for limit in phases]
        timeout = replace(
            request.timeout, connect=bounds[0], read=bounds[1], write=bounds[2], pool=rest
        )
        return replace(request, timeout=timeout)

    def request(self, operation: Operation[Any]) -> Request:
        """Build the request of an operation.

        Raises:
            InvalidArgumentError: Its body has no JSON form.
        """
        headers = {**self.headers, **operation.headers}
        content = b""
        if operation.body is not OMIT:
            content = encode_json(operation.body, argument=operation.argument)
            if self.codecs is not None:  # they see plain JSON, whatever the caller passed
                body = self.codecs.encoded(operation, decode_json(content))
                content = encode_json(body, argument=operation.argument)
            headers.setdefault("content-type", "application/json")
        for framing in _FRAMING:  # a caller's own would leave the server waiting
            headers.pop(framing, None)
        if content or operation.method in {"POST", "PUT", "PATCH"}:
            headers["content-length"] = str(len(content))
        url = self.base_url + operation.target
        return Request(operation.method, url, headers, content, self.timeout)

    def result(self, operation: Operation[T], head: Head, body: bytes) -> T:
        """Read a complete response: see `result_of`."""
        return result_of(operation, head.status_code, head.headers, body, self.codecs)

    def delay(
        self, attempt: int, error: errors.GraphwireError, operation: Operation[Any]
    ) -> float | None:
        """Return the seconds until the next attempt, `None` for no further one."""
        if self.retry is None:
            return None
        return self.retry.delay(attempt, error, idempotent=operation.idempotent)


def result_of(
    operation: Operation[T],
    status_code: int,
    headers: Mapping[str, str],
    body: bytes,
    codecs: Codecs | None = None,
) -> T:
    """Read a complete response.

    Raises:
        APIStatusError: The status is 400 or above.
        ResponseValidationError: It is a redirect, its body is not JSON or does not fit its schema.
    """
    if status_code >= HTTPStatus.MULTIPLE_CHOICES:
        if status_code == operation.empty_status:
            return operation.parse([], headers)
        raise refusal(status_code, headers, body)
    try:
        decoded = operation.decode(body)
    except ValueError as error:
        kind = headers.get("content-type", "no content type")[:_LINE]
        message = f"Expected JSON, got {kind}: {_excerpt(body)!r}"
        raise _not_json(message, status_code, headers, body) from error
    if codecs is not None:
        decoded = codecs.decoded(operation, decoded)
    try:
        return operation.parse(decoded, headers)
    except ValidationError as error:
        raise unfit(error, excerpt=_excerpt(body), **_facts(status_code, headers)) from error


def unfit(
    error: ValidationError, *, subject: str = "The response", **facts: Any
) -> errors.ResponseValidationError:
    """Make the error of data that does not fit its schema; it names the first such field."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = f"{subject} does not fit: {where or 'body'}: {first['msg']}"
    return errors.ResponseValidationError(message, field=where, **facts)


def refusal(
    status_code: int, headers: Mapping[str, str], body: bytes
) -> errors.APIStatusError | errors.ResponseValidationError:
    """Make the error of a response that is no success: a redirect, or a status of an error."""
    if status_code >= HTTPStatus.BAD_REQUEST:
        return status_error(status_code, headers, body)
    # Its query and userinfo may hold a token.
    target = _USERINFO.sub("//", headers.get("location", "nowhere").partition("?")[0])[:_LINE]
    message = f"Unexpected redirect to {target}; redirects are not followed"
    return _not_json(message, status_code, headers, body)


def status_error(
    status_code: int, headers: Mapping[str, str], body: bytes
) -> errors.APIStatusError:
    """Make the error of a response with a status of 400 or above."""
    kind = _STATUS_ERRORS.get(status_code, errors.APIStatusError)
    if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = errors.InternalServerError
    try:
        decoded = decode_json(body)
    except ValueError:
        decoded = body.decode(errors="replace")[:_BODY_TEXT] or None
    message = _explanation(decoded) or _reason(status_code)
    return kind(message, body=decoded, **_facts(status_code, headers))


def _not_json(
    message: str, status_code: int, headers: Mapping[str, str], body: bytes
) -> errors.ResponseValidationError:
    facts = _facts(status_code, headers)
    return errors.ResponseValidationError(message, excerpt=_excerpt(body), **facts)


def _facts(status_code: int, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "status_code": status_code,
        "request_id": headers.get("x-request-id"),
        "retry_after": parse_retry_after(headers.get("retry-after"), now=time.time()),
    }


def _excerpt(body: bytes) -> str:
    return body[:_EXCERPT].decode(errors="replace")


def _reason(status_code: int) -> str:
    try:
        return f"{status_code} {HTTPStatus(status_code).phrase}"
    except ValueError:
        return f"{status_code} HTTP error"


def _explanation(body: Any) -> str | None:
    """Find the server's own words in an error body of any shape, cut to a few lines."""
    if isinstance(body, str):
        line = body.strip()
        return line[:_EXCERPT] if line and not line.startswith("<") else None
    if isinstance(body, list):
        return "; ".join(filter(None, map(_detail, body[:5])))[:_EXCERPT] or None
    if not isinstance(body, dict):
        return None
    for key in ("message", "detail", "error"):
        found = _explanation(body.get(key))
        if found:
            return found
    return None


def _detail(entry: Any) -> str | None:
    """Say one entry of a list of validation details: where and what."""
    if not isinstance(entry, dict) or "msg" not in entry:
        return _explanation(entry)
    place = entry.get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else str(place or "")
    message = str(entry["msg"])[:_EXCERPT]
    return f"{where[:_LINE]}: {message}" if where else message
