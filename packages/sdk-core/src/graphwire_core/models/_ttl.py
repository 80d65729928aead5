"""Times to live: minutes on the wire, minutes or a `timedelta` from a caller."""

from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Annotated, Any

from pydantic import PlainValidator

from graphwire_core.errors import InvalidArgumentError

from ._base import UNSET, RequestModel
from ._literals import PruneStrategy

__all__ = ["Ttl", "ttl_body", "ttl_minutes"]


def ttl_minutes(ttl: float | timedelta, argument: str = "ttl") -> int | float:
    """Return a time to live in minutes, whole numbers as `int`.

    Raises:
        InvalidArgumentError: `ttl` is neither a finite number from 0 nor such a `timedelta`.
    """
    minutes: object = ttl.total_seconds() / 60 if isinstance(ttl, timedelta) else ttl
    if (
        isinstance(minutes, bool)
        or not isinstance(minutes, int | float)
        or not isfinite(minutes)
        or minutes < 0
    ):
        expected = "minutes as a number, or a timedelta, of 0 or more"
        raise InvalidArgumentError(argument, expected, f"{type(ttl).__name__} {ttl!r:.60}")
    return int(minutes) if minutes == int(minutes) else minutes


class Ttl(RequestModel):
    """How long a thread lives, and what expiry removes."""

    ttl: Annotated[int | float | timedelta, PlainValidator(ttl_minutes)]
    """Minutes from now, or a `timedelta`; always minutes once set."""
    strategy: PruneStrategy = UNSET
    """What expiry removes; the server's default is `"delete"`."""


def ttl_body(
    ttl: float | timedelta | Ttl | Mapping[str, Any], argument: str = "ttl"
) -> dict[str, Any]:
    """Return the body of a thread's time to live.

    Args:
        ttl: Minutes, a `timedelta`, a `Ttl`, or its body, in which `ttl` may be a `timedelta`.
        argument: Name of the argument in errors.

    Raises:
        InvalidArgumentError: The time is not a finite number from 0 or such a `timedelta`.
    """
    if isinstance(ttl, Ttl):
        return ttl.model_dump()
    if not isinstance(ttl, Mapping):
        return {"ttl": ttl_minutes(ttl, argument)}
    body = dict(ttl)
    if "ttl" in body:
        body["ttl"] = ttl_minutes(body["ttl"], f"{argument}.ttl")
    return body
