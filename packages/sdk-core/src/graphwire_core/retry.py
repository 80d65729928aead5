"""When a request is sent again, decided without a clock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from graphwire_core.errors import ConnectionFailed, GraphwireError, TransportError

__all__ = ["Retry", "parse_retry_after"]

_DOUBLINGS = 60  # more are beyond any bound, and soon beyond a float


@dataclass(frozen=True, slots=True)
class Retry:
    """Retry policy of a client: full jitter between 0 and a bound that doubles per attempt.

    Requests that change the server are sent again only when nothing of them was sent; a server
    that says `Retry-After` is obeyed up to `max_retry_after`, and not retried beyond.
    """

    attempts: int = 3
    """Attempts in all, the first one included."""
    base_delay: float = 0.25
    """Bound of the first delay, in seconds."""
    max_delay: float = 8.0
    """Bound of any delay that the server did not ask for, in seconds."""
    max_retry_after: float = 60.0
    """Longest `Retry-After` that is waited for, in seconds."""
    statuses: frozenset[int] = frozenset({408, 429, 502, 503, 504})
    """Statuses that are worth another attempt."""

    def delay(self, attempt: int, error: GraphwireError, *, idempotent: bool) -> float | None:
        """Return the seconds to wait before the next attempt, `None` for no further one.

        `attempt` counts the attempts made, from 1.
        """
        if attempt >= self.attempts or not self._worthwhile(error, idempotent=idempotent):
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.max_retry_after else None
        doublings = min(attempt - 1, _DOUBLINGS)
        bound: float = min(self.max_delay, self.base_delay * 2**doublings)
        return random.uniform(0, bound)  # noqa: S311  # jitter, not a secret

    def _worthwhile(self, error: GraphwireError, *, idempotent: bool) -> bool:
        if isinstance(error, ConnectionFailed):
            return not error.timed_out
        if isinstance(error, TransportError):
            return idempotent
        return idempotent and error.status_code in self.statuses


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Read a `Retry-After` header: seconds or a date; `None` when there is no valid one.

    `now` is the current time in seconds since the epoch.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:  # a date of HTTP is UTC, also in the old form that does not say so
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)
