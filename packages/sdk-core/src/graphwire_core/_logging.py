"""Log lines of a client's requests, on the logger `graphwire`: a middleware like any other.

A line holds the method, the route, the status, the duration and the number of bytes: no header, no
body, no id, no query. It is added to a client that is created while somebody wants to read it.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from graphwire_core.plugins._types import Attempt, MiddlewareFlow, Outcome

__all__ = ["OUTERMOST", "LogAttempts", "is_wanted", "set_level"]

OUTERMOST = -1000
"""Order of the middleware: it sees an attempt before and after every other."""

logger = logging.getLogger("graphwire")
logger.addHandler(logging.NullHandler())  # an application that logs nothing stays silent


def set_level(level: str) -> None:
    """Set the level that `log=` or `GRAPHWIRE_LOG` names.

    Lines go to the standard error stream where the application has configured no handler.
    """
    logger.setLevel(level.upper())
    configured = [one for one in logger.handlers if not isinstance(one, logging.NullHandler)]
    if not configured and not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


def is_wanted() -> bool:
    """Whether somebody set a level: of this logger, or one of its parents' below the default."""
    return logger.level != logging.NOTSET or logger.isEnabledFor(logging.INFO)


class LogAttempts:
    """Logs each attempt at DEBUG, a retry at INFO, one that failed at WARNING."""

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        """Log how an attempt ended; a further one also when it begins."""
        line = f"{attempt.request.method} {attempt.route}"
        if attempt.number > 1:
            logger.info("%s: attempt %d", line, attempt.number)
        outcome = yield attempt.request
        level = _level(outcome)
        if logger.isEnabledFor(level):
            logger.log(
                level,
                "%s: %s in %.3f s, %d bytes, attempt %d",
                line,
                _ending(outcome),
                outcome.duration,
                outcome.size,
                attempt.number,
            )


def _level(outcome: Outcome) -> int:
    if outcome.error is not None:
        cancelled = not isinstance(outcome.error, Exception)
        return logging.DEBUG if cancelled else logging.WARNING
    refused = (outcome.status_code or 0) >= HTTPStatus.BAD_REQUEST
    return logging.WARNING if refused else logging.DEBUG


def _ending(outcome: Outcome) -> str:
    """Say the status, and the kind of the error: its message may hold what is not to be logged."""
    said = [str(outcome.status_code)] if outcome.status_code is not None else []
    if outcome.error is not None:
        said.append(type(outcome.error).__name__)
    return " ".join(said)
