"""Arguments checked against the annotations of the function that builds an operation."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pydantic import ConfigDict, ValidationError, validate_call
from pydantic_core import ErrorDetails

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError

__all__ = ["ARGUMENTS", "checked"]

P = ParamSpec("P")
R = TypeVar("R")

ARGUMENTS = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True)
"""How arguments are checked; a `TypedDict` of keywords takes it through `with_config`."""


def checked(build: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments of `build` strictly: nothing is converted, `Any` is left alone.

    The annotations that the type checker reads are the ones that are checked. An argument that
    does not fit is an `InvalidArgumentError` that names it; an unknown one is a `TypeError`, as
    Python has it.
    """
    made: Callable[P, R] | None = None

    @wraps(build)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        nonlocal made
        if made is None:  # the first call pays for the schema, not the import
            made = validate_call(config=ARGUMENTS)(build)
        try:
            return made(*args, **kwargs)
        except ValidationError as error:
            raise _complaint(error, build) from None

    return call


def _complaint(error: ValidationError, build: Callable[..., object]) -> Exception:
    faults = error.errors(include_url=False, include_context=False)
    names = list(inspect.signature(build).parameters)
    first = faults[0]["loc"][0]
    argument = names[first] if isinstance(first, int) else first
    if faults[0]["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        return TypeError(f"{build.__name__}() got an unexpected keyword argument {argument!r}")
    if faults[0]["type"].startswith("missing"):
        return TypeError(f"{build.__name__}() is missing the argument {argument!r}")
    same = [(_inside(fault["loc"]), fault) for fault in faults if fault["loc"][0] == first]
    where, deepest = max(same, key=lambda pair: len(pair[0]))
    reasons = dict.fromkeys(_expected(fault) for inside, fault in same if inside == where)
    return InvalidArgumentError(argument + where, " or ".join(reasons), describe(deepest["input"]))


def _inside(location: tuple[int | str, ...]) -> str:
    """Write the path below an argument; the rest of the location names members of unions."""
    return "".join(f"[{part}]" for part in location[1:] if isinstance(part, int))


def _expected(fault: ErrorDetails) -> str:
    if fault["type"] == "sequence_str":
        return "a list"
    words = fault["msg"].removeprefix("Input should be ")
    return _WORDS.get(words, words.replace("an instance of", "a"))


_WORDS = {
    "an instance of Sequence": "a list",
    "a valid boolean": "a bool",
    "a valid datetime": "a datetime",
    "a valid dictionary": "a mapping",
    "a valid integer": "an int",
    "a valid number": "a number",
    "a valid string": "a str",
    "a valid timedelta": "a timedelta",
}
"""What pydantic says, in the words of the annotations."""
