"""Bytes of frames to JSON objects, up to the first that is none."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json

from graphwire_core.errors import GraphwireError, StreamProtocolError

__all__ = ["Arrival", "Frame", "Inbox", "excerpt", "frame_of"]

Frame = Mapping[str, Any]
"""One JSON object of the protocol: an event, a reply or an error."""

_PORTION = 64
"""Frames that are decoded at a time."""
_EXCERPT = 200
"""Bytes of a frame that an error shows."""


class Arrival(NamedTuple):
    """What one read of a connection brought."""

    payloads: Sequence[bytes] = ()
    """Whole frames, perhaps none."""
    beat: bool = False
    """Whether it showed life otherwise: a heartbeat, a ping, a pong."""
    size: int = 0
    """How many bytes were read."""
    failure: Exception | None = None
    """Why nothing comes after it."""

    @property
    def idle(self) -> bool:
        """Whether it showed life, and no more."""
        return self.beat and not self.payloads and self.failure is None


def frame_of(payload: bytes) -> dict[str, Any]:
    """Decode a frame.

    Raises:
        StreamProtocolError: It is no JSON object in UTF-8.
    """
    try:
        decoded = from_json(payload, cache_strings="keys")
    except ValueError as error:
        message = f"malformed frame: no JSON ({error}): {excerpt(payload)}"
        raise StreamProtocolError(message) from error
    if not isinstance(decoded, dict):
        kind = type(decoded).__name__
        message = f"malformed frame: expected an object, got {kind}: {excerpt(payload)}"
        raise StreamProtocolError(message)
    return decoded


def excerpt(payload: bytes) -> str:
    """Return the beginning of a frame, as an error shows it."""
    shown = repr(payload[:_EXCERPT].decode(errors="replace"))
    return f"{shown}... ({len(payload)} bytes)" if len(payload) > _EXCERPT else shown


class Inbox:
    """Frames that were received, and the error that comes after them.

    They are decoded a portion at a time, as they are taken: what waits is bytes.
    """

    def __init__(self, passes: Callable[[dict[str, Any]], bool]) -> None:
        self._passes = passes
        self._payloads: deque[bytes] = deque()
        self._frames: list[Frame] = []
        self._failure: Exception | None = None
        self._final: Exception | None = None
        self._ended = False

    @property
    def settled(self) -> bool:
        """Whether there is something to take, so that nothing needs to be read."""
        self._decode()
        return bool(self._frames) or self._failure is not None

    def add(self, arrival: Arrival) -> None:
        """Take in what arrived; the first failure counts, and nothing after it."""
        if self._ended:
            return
        self._payloads.extend(arrival.payloads)
        if arrival.failure is not None:
            self._ended = True
            self._final = arrival.failure
        self._decode()

    def check(self) -> None:
        """Raise why there are no more frames, once there are none; each time again."""
        if not self._frames and self._failure is not None:
            raise self._failure

    def take(self) -> list[Frame]:
        """Return the next frames; without any, raise as `check` does."""
        self._decode()
        self.check()
        frames, self._frames = self._frames, []
        return frames

    def _decode(self) -> None:
        """Decode the next portion, up to the first frame that is none."""
        try:
            while self._payloads and len(self._frames) < _PORTION:
                frame = frame_of(self._payloads.popleft())
                if self._passes(frame):
                    self._frames.append(frame)
        except GraphwireError as error:
            self._failure, self._ended = error, True
            self._payloads.clear()
        else:
            if not self._payloads and self._failure is None:
                self._failure = self._final
