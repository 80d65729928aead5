"""Bytes of frames to JSON objects, up to the first that is none."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json

from graphwire_core.errors import GraphwireError, StreamProtocolError

__all__ = ["Arrival", "Frame", "Frames", "Inbox", "divided", "excerpt", "frame_of"]

Frame = Mapping[str, Any]
"""One JSON object of the protocol: an event, a reply or an error."""

_PORTION = 64
"""Frames that are decoded at a time."""
_EXCERPT = 200
"""Bytes of a frame that an error shows."""


class Frames(list[Frame]):
    """Decoded frames, with the bytes of each: who keeps one need not encode it again."""

    __slots__ = ("payloads",)

    def __init__(self, frames: Iterable[Frame] = (), payloads: Iterable[bytes] = ()) -> None:
        super().__init__(frames)
        self.payloads = list(payloads)

    def part(self, begin: int, end: int | None = None) -> Frames:
        """Return some of them."""
        return Frames(self[begin:end], self.payloads[begin:end])


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


def divided(frames: Sequence[Frame], size: int) -> tuple[Sequence[Frame], Sequence[Frame]]:
    """Return the first frames, as many as that, and the others."""
    if len(frames) <= size:
        return frames, ()
    if isinstance(frames, Frames):
        return frames.part(0, size), frames.part(size)
    return frames[:size], frames[size:]


def excerpt(payload: bytes) -> str:
    """Return the beginning of a frame, as an error shows it."""
    shown = repr(payload[:_EXCERPT].decode(errors="replace"))
    return f"{shown}... ({len(payload)} bytes)" if len(payload) > _EXCERPT else shown


class Inbox:
    """Frames that were received, and the error that comes after them.

    They are decoded a portion at a time, as they are taken: what waits is bytes.
    """

    def __init__(self, passes: Callable[[dict[str, Any]], bool] | None) -> None:
        self._passes = passes
        self._payloads: deque[bytes] = deque()
        self._frames = Frames()
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

    def take(self) -> Frames:
        """Return the next frames; without any, raise as `check` does."""
        self._decode()
        self.check()
        frames, self._frames = self._frames, Frames()
        return frames

    def _decode(self) -> None:
        """Decode the next portion, up to the first frame that is none."""
        waiting, frames, passes = self._payloads, self._frames, self._passes
        try:
            while waiting and len(frames) < _PORTION:
                payload = waiting.popleft()
                frame = frame_of(payload)
                if passes is None or passes(frame):
                    frames.append(frame)
                    frames.payloads.append(payload)
        except GraphwireError as error:
            self._failure, self._ended = error, True
            waiting.clear()
        else:
            if not waiting and self._failure is None:
                self._failure = self._final
