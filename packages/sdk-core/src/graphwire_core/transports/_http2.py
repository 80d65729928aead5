"""What httpcore and its like keep to themselves of a connection that speaks HTTP/2.

They tell the server nothing of a response that is closed half way: it would write on, into room
that the other responses of the connection need.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Http2", "raised_by", "told"]

_CANCEL = 0x8
"""Code of a stream that is no longer wanted (RFC 9113, section 7)."""

_ENDINGS = {
    "ConnectionTerminated": "the server gave up the connection",
    "StreamReset": "the server reset the stream",
}


class Http2:
    """The inner connection of one of the library's; each is looked into here alone."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._state = inner._h2_state  # noqa: SLF001  # there is no public way to any of this
        self._write = inner._write_outgoing_data  # noqa: SLF001

    @classmethod
    def of(cls, connection: Any) -> Http2 | None:
        """Look into a connection; `None` for one of HTTP/1.1, or one that does not stand yet."""
        inner = getattr(connection, "_connection", None)
        return cls(inner) if hasattr(inner, "_h2_state") else None

    @property
    def most(self) -> int:
        """How many requests the server takes at once, 100 at most; 1 until it has said so."""
        most: int = self._inner._max_streams  # noqa: SLF001
        return most

    @property
    def unfinished(self) -> int:
        """Requests whose answers are not complete."""
        number: int = self._state.open_outbound_streams
        return number

    def forget(self, stream: int) -> None:
        """Count what arrived of a response as read: it takes room of the others."""
        for event in self._inner._events.get(stream, ()):  # noqa: SLF001
            if size := getattr(event, "flow_controlled_length", 0):
                self._state.acknowledge_received_data(size, stream)

    async def reset_abandoned(self, request: Any) -> None:
        """Tell the server of responses that nobody reads any more."""
        read = self._inner._events  # noqa: SLF001
        abandoned = [
            number
            for number, stream in self._state.streams.items()
            if stream.open and number not in read
        ]
        for number in abandoned:
            self._state.reset_stream(number, _CANCEL)
        if abandoned:
            await self._write(request)


@contextmanager
def raised_by(library: Any) -> Iterator[None]:
    """Raise what the package below raises of a malformed frame as the library's own error."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "h2":
            raise
        raise library.RemoteProtocolError(f"{type(error).__name__}: {error}") from error


def told(error: BaseException) -> str | None:
    """Say what the server told in a frame that ends a response; `None` for any other error."""
    event = error.args[0] if error.args else None
    what = _ENDINGS.get(type(event).__name__)
    code = getattr(event, "error_code", None)
    return what and f"{what} ({getattr(code, 'name', code)})"
