"""When a wait is over."""

from __future__ import annotations

from time import monotonic

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError, RequestTimeout

__all__ = ["Deadline"]


class Deadline:
    """The end of a wait that may see several events: a limit to all of it, or to their silence.

    Args:
        timeout: Seconds that the whole may take; `None` for what `silence` says.
        silence: Seconds without an event that are borne, `None` for any.

    Raises:
        InvalidArgumentError: The timeout is not above 0.
    """

    def __init__(self, timeout: float | None = None, silence: float | None = None) -> None:
        if timeout is not None and not timeout > 0:
            raise InvalidArgumentError("timeout", "a number above 0", describe(timeout))
        self._timeout = timeout
        self._silence = silence
        self._end = None if timeout is None else monotonic() + timeout

    @property
    def by_silence(self) -> bool:
        """Whether each event puts it off."""
        return self._timeout is None and self._silence is not None

    def left(self) -> float | None:
        """Return for how many seconds to wait for the next event, `None` for as long as it takes.

        Raises:
            RequestTimeout: For none: the wait is over.
        """
        if self._end is None:
            return self._silence
        left = self._end - monotonic()
        if left <= 0:
            raise self.expired()
        return left

    def expired(self) -> RequestTimeout:
        """Return the error of a wait that is over."""
        if self._timeout is None:
            return RequestTimeout(f"Nothing came within {self._silence:g} s")
        return RequestTimeout(f"It was not complete within {self._timeout:g} s")
