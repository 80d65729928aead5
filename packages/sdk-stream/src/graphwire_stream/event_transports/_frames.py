"""Bytes of frames to JSON objects, up to the first that is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json

from graphwire_core.errors import GraphwireError, StreamProtocolError

__all__ = ["Arrival", "Frame", "Inbox", "excerpt", "frame_of"]

Frame = Mapping[str, Any]
"""One JSON object of the protocol: an event, a reply or an error."""

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
    """Frames that were received, and the error that comes after them."""

    def __init__(self, passes: Callable[[dict[str, Any]], bool]) -> None:
        self._passes = passes
        self._frames: list[Frame] = []
        self._failure: Exception | None = None

    @property
    def settled(self) -> bool:
        """Whether there is something to take, so that nothing needs to be read."""
        return bool(self._frames) or self._failure is not None

    def add(self, arrival: Arrival) -> None:
        """Decode what arrived, up to the first frame that is none; the first failure counts."""
        if self._failure is not None:
            return
        try:
            for payload in arrival.payloads:
                frame = frame_of(payload)
                if self._passes(frame):
                    self._frames.append(frame)
        except GraphwireError as error:
            self._failure = error
        else:
            self._failure = arrival.failure

    def check(self) -> None:
        """Raise why there are no more frames, once there are none; each time again."""
        if not self._frames and self._failure is not None:
            raise self._failure

    def take(self) -> list[Frame]:
        """Return the frames; without any, raise as `check` does."""
        self.check()
        frames, self._frames = self._frames, []
        return frames
