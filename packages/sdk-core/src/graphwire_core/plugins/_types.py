"""What plugins provide: the Protocols of credentials and middleware.

Both are generators of steps, so that one implementation serves both colours: a driver performs each
step and sends its outcome back in. Neither holds a clock, a lock or a connection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from graphwire_core.transports._types import Request

__all__ = [
    "Acquire",
    "Answer",
    "AsyncCacheBackend",
    "Attempt",
    "CacheBackend",
    "Call",
    "Codec",
    "CodecPart",
    "Credentials",
    "CredentialsFlow",
    "Fetch",
    "Middleware",
    "MiddlewareFlow",
    "Outcome",
    "Release",
    "Send",
]


@dataclass(frozen=True, slots=True)
class Send:
    """Step: send this as the request of the call. The outcome is an `Answer` without body."""

    request: Request


@dataclass(frozen=True, slots=True)
class Fetch:
    """Step: send a request of one's own, to a token endpoint say. The outcome has the body."""

    request: Request


@dataclass(frozen=True, slots=True)
class Call:
    """Step: call a function. The outcome is its result, awaited where it is awaitable.

    A sync client cannot await: there an awaitable is a `ConfigurationError`.
    """

    function: Callable[[], Awaitable[Any] | Any]


@dataclass(frozen=True, slots=True)
class Acquire:
    """Step: wait until no other call has acquired the same credentials, and keep the others out.

    What many calls find expired at once is renewed by one: look again after this step.
    """


@dataclass(frozen=True, slots=True)
class Release:
    """Step: let the next call in. The end of the flow does, too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step that sends came back with."""

    status_code: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    """Complete for `Fetch`, empty for `Send`."""


CredentialsFlow: TypeAlias = Generator[Send | Fetch | Call | Acquire | Release, Any, None]


class Credentials(Protocol):
    """Proves to the server who is calling."""

    def flow(self, request: Request) -> CredentialsFlow:
        """Yield the steps that send `request` with credentials.

        The answer to the last `Send` is that of the call, so a flow that sees a 401 may renew its
        token and yield a second one.
        """


CodecPart: TypeAlias = Literal[
    "input", "command", "config", "context", "metadata", "values", "value"
]
"""Parts of bodies that codecs see: of a run what starts it, of a thread its state (`values`), of a
store item its `value`."""


class Codec(Protocol):
    """Changes parts of JSON bodies on their way out, and back on their way in.

    A value is what `json` knows, or a model that a caller passed. Data that this codec did not
    encode comes to `decode` too: it returns such a value as it is.
    """

    def encode(self, part: CodecPart, value: Any) -> Any:
        """Return what is sent in place of `value`."""

    def decode(self, part: CodecPart, value: Any) -> Any:
        """Return what the caller sees in place of `value`."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a call."""

    request: Request
    route: str
    """Path with `{…}` in place of ids, such as `/threads/{thread_id}/state`."""
    number: int
    """1 for the first attempt."""
    stream: bool
    """Whether the body is read as it arrives."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: with a response, whatever its status, or with an error."""

    status_code: int | None
    headers: Mapping[str, str]
    error: BaseException | None
    """Why there was no response, or why its body could not be read to the end."""
    duration: float
    """Seconds from the request to the end of the body."""
    size: int
    """Bytes of the body that were read."""


MiddlewareFlow: TypeAlias = Generator[Request, Outcome, None]


class Middleware(Protocol):
    """Sees each attempt at a call from begin to end, and may change its request."""

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        """Yield the request to send, once; receive the outcome when its body is closed."""


class AsyncCacheBackend(Protocol):
    """Keeps the values of `graphwire_core.cache` for async callers, of any event loop."""

    async def get(self, key: str) -> str | None:
        """Return the text under a key; `None` where there is none."""

    async def set(self, key: str, text: str, lifetime: float) -> None:
        """Keep a text for some seconds. It may be dropped earlier; the cache minds its end."""


class CacheBackend(Protocol):
    """Keeps the values of `graphwire_core.cache` for sync callers, of any thread."""

    def get(self, key: str) -> str | None:
        """Return the text under a key; `None` where there is none."""

    def set(self, key: str, text: str, lifetime: float) -> None:
        """Keep a text for some seconds. It may be dropped earlier; the cache minds its end."""
