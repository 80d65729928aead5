"""Every error that Graphwire raises, in one tree.

```
GraphwireError
├─ InvalidArgumentError (also a ValueError)
├─ ConfigurationError, MissingPackageError, PluginError
├─ NestedCallError
├─ TransportError
│  ├─ ConnectionFailed
│  └─ RequestTimeout
├─ APIStatusError
│  ├─ BadRequestError 400            ├─ ConflictError 409
│  ├─ AuthenticationError 401        ├─ UnprocessableEntityError 422
│  ├─ PermissionDeniedError 403      ├─ RateLimitError 429
│  └─ NotFoundError 404              └─ InternalServerError 5xx
├─ ResponseValidationError
├─ RunFailedError
└─ StreamError
   ├─ StreamProtocolError
   ├─ StreamInterrupted
   └─ SlowConsumerError
```

Errors are plain data: they pickle, and hold neither credentials nor objects of an HTTP library.
What another library raised is the `__cause__`, never the error itself.
"""

from __future__ import annotations

from typing import Any, TypeVar

__all__ = [
    "APIStatusError",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailed",
    "GraphwireError",
    "InternalServerError",
    "InvalidArgumentError",
    "MissingPackageError",
    "NestedCallError",
    "NotFoundError",
    "PermissionDeniedError",
    "PluginError",
    "RateLimitError",
    "RequestTimeout",
    "ResponseValidationError",
    "RunFailedError",
    "SlowConsumerError",
    "StreamError",
    "StreamInterrupted",
    "StreamProtocolError",
    "TransportError",
    "UnprocessableEntityError",
]

E = TypeVar("E", bound="GraphwireError")

_LONGEST = 2000
"""Characters of a message that `str` and `repr` show; the attribute holds all of it."""


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[:longest] + "..."


def _rebuild(kind: type[E], message: str, state: dict[str, Any]) -> E:
    error = kind.__new__(kind, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class GraphwireError(Exception):
    """Base of every error of this SDK.

    `message` says what went wrong; `str(error)` adds the request it happened in, and is cut to a
    few thousand characters.
    """

    method: str | None
    """HTTP method of the request, such as `"GET"`; `None` when no request was involved."""
    path: str | None
    """Path of the request, without query."""
    attempts: int
    """How many times the request was sent (0: never)."""
    status_code: int | None
    """HTTP status of the response, if there was one."""
    request_id: str | None
    """`x-request-id` of the response, if the server sent one."""
    retry_after: float | None
    """Seconds that the server asked the client to wait, if it did."""
    body: Any
    """Response body: decoded JSON, else text (cut to a few thousand characters), else `None`."""

    def __init__(
        self,
        message: str,
        *,
        method: str | None = None,
        path: str | None = None,
        attempts: int = 0,
        status_code: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        body: Any = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.method = method
        self.path = path
        self.attempts = attempts
        self.status_code = status_code
        self.request_id = request_id
        self.retry_after = retry_after
        self.body = body

    def __str__(self) -> str:
        facts = []
        if self.status_code is not None:
            facts.append(f"status {self.status_code}")
        if self.method is not None:
            facts.append(f"{self.method} {_cut(self.path or '', 300)}")
        if self.attempts > 1:
            facts.append(f"{self.attempts} attempts")
        if self.request_id is not None:
            facts.append(f"request id {_cut(self.request_id, 100)}")
        message = _cut(self.message)
        return f"{message} ({', '.join(facts)})" if facts else message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_cut(self.message)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.__dict__)


class InvalidArgumentError(GraphwireError, ValueError):
    """An argument cannot be sent as it is; raised before any request.

    The message names the argument, what was expected and what came.
    """

    def __init__(self, argument: str, expected: str, got: str) -> None:
        super().__init__(f"{argument}: expected {expected}, got {got}")
        self.argument = argument
        """The argument, with the path inside it where the fault lies deeper."""
        self.expected = expected
        self.got = got


class ConfigurationError(GraphwireError):
    """A client option is wrong; the message names the option and where it came from."""


class MissingPackageError(GraphwireError):
    """A feature needs a package that is not installed; the message says which to install."""


class PluginError(GraphwireError):
    """A plugin could not be loaded or used; the message names its distribution and hook."""


class NestedCallError(GraphwireError):
    """A call of a server to itself that could never be answered; nothing was sent.

    A run that would wait for another run while the two share the only worker, or an authenticator
    whose own call has to be authenticated first.
    """


class TransportError(GraphwireError):
    """No complete response was received: the network, the proxy or the server failed."""


class ConnectionFailed(TransportError):
    """No connection to the server could be made; nothing was sent.

    `timed_out` tells a server that is silent from one that refuses; only the latter is retried,
    so that the call fails within the connect timeout.
    """

    def __init__(self, message: str, *, timed_out: bool = False, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.timed_out = timed_out


class RequestTimeout(TransportError):
    """The server did not answer in time."""


class APIStatusError(GraphwireError):
    """The server answered with a status of 400 or above.

    `message` is the server's own explanation where its body holds one.
    """


class BadRequestError(APIStatusError):
    """400: the server refused the request as malformed."""


class AuthenticationError(APIStatusError):
    """401: credentials are missing or not accepted."""


class PermissionDeniedError(APIStatusError):
    """403: the credentials are known, the action is not allowed."""


class NotFoundError(APIStatusError):
    """404: the resource does not exist, or is not visible to this user."""


class ConflictError(APIStatusError):
    """409: the resource exists already, or is busy."""


class UnprocessableEntityError(APIStatusError):
    """422: the server's validation refused a value."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says how long to wait where the server says so."""


class InternalServerError(APIStatusError):
    """5xx: the server, or a proxy before it, failed."""


class ResponseValidationError(GraphwireError):
    """A response arrived that does not fit its schema, or is not JSON.

    `field` is the path to the first field that does not fit, `excerpt` the beginning of the body.
    """

    def __init__(
        self, message: str, *, field: str | None = None, excerpt: str = "", **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.field = field
        self.excerpt = excerpt


class RunFailedError(GraphwireError):
    """A run ended in failure on the server.

    `type` is the name of the exception that the graph raised, such as `"ValueError"`.
    """

    def __init__(
        self,
        message: str,
        *,
        type: str | None = None,
        run_id: str | None = None,
        thread_id: str | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.type = type
        self.run_id = run_id
        self.thread_id = thread_id

    def __str__(self) -> str:
        text = super().__str__()
        text = f"{_cut(self.type, 100)}: {text}" if self.type else text
        return f"{text} [run {self.run_id}]" if self.run_id else text


class StreamError(GraphwireError):
    """A stream could not be read to its end."""


class StreamProtocolError(StreamError):
    """The server sent something that is not a valid stream; reading on would lose events."""


class StreamInterrupted(StreamError):
    """The stream was cut and could not be resumed; events after `cursor` may exist.

    `cursor` is where to go on, for `runs.resume`: `None` where nothing can be resumed.
    `last_event_id` is the id of the last event that was good, `None` where events have no ids.
    """

    def __init__(
        self,
        message: str,
        *,
        cursor: str | None = None,
        last_event_id: str | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, **facts)
        self.cursor = cursor
        self.last_event_id = last_event_id


class SlowConsumerError(StreamError):
    """A consumer fell too far behind its stream; only this consumer is affected."""
