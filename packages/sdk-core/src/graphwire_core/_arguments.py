"""Checks of what a caller passed, before anything is sent; each names the argument."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from reprlib import Repr
from typing import Any, TypeAlias, get_args
from urllib.parse import quote
from uuid import UUID

from graphwire_core.errors import InvalidArgumentError

__all__ = [
    "KEY_HEADER",
    "Headers",
    "Id",
    "Params",
    "check_choice",
    "check_choices",
    "check_limit",
    "check_offset",
    "describe",
    "header_fault",
    "identifier",
    "identifiers",
    "optional_id",
    "path_segment",
]

Id: TypeAlias = str | UUID
"""An id of a resource: text or a `uuid.UUID`."""

Headers: TypeAlias = Mapping[str, str]
"""Extra request headers of one call; they win over the client's own."""

_Scalar: TypeAlias = str | int | float | bool | None
Params: TypeAlias = Mapping[str, _Scalar | Sequence[_Scalar]] | Sequence[tuple[str, _Scalar]]
"""Extra query parameters of one call; they win over the method's own."""

KEY_HEADER = "x-api-key"
"""Reserved, whatever its case: it is the credentials' to send."""

MAX_LIMIT = 1000
"""Largest page that the server gives."""

_SHOWN = 120
"""Characters of a value that an error shows."""

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60
_short.maxlevel = 3

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PRINTABLE = re.compile(r"[\t\x20-\x7e]*")


def describe(value: object) -> str:
    """Say what came, briefly: its type and a cut repr."""
    kind = type(value).__name__
    try:
        shown = _short.repr(value)
    except Exception:  # noqa: BLE001  # a foreign repr may raise anything
        return kind
    return f"{kind} {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '...'}"


def identifier(argument: str, value: object) -> str:
    """Return an id as text.

    Raises:
        InvalidArgumentError: It is empty, or neither text nor a UUID.
    """
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, str):
        raise InvalidArgumentError(argument, "an id (str or uuid.UUID)", describe(value))
    if not value.strip():
        raise InvalidArgumentError(argument, "an id", "an empty string")
    return value


def optional_id(argument: str, value: object) -> str | None:
    """Return an id as text, `None` for none; an empty one is refused as `identifier` does."""
    return None if value is None else identifier(argument, value)


def identifiers(argument: str, values: Sequence[object] | None) -> list[str] | None:
    """Return ids as text, each checked as `identifier` does."""
    if values is None:
        return None
    return [identifier(f"{argument}[{index}]", value) for index, value in enumerate(values)]


def path_segment(argument: str, value: object) -> str:
    """Quote an id so that it is one path segment whatever it holds, dots and slashes included."""
    return _quote(argument, identifier(argument, value))


@lru_cache(maxsize=512)
def _quote(argument: str, text: str) -> str:
    try:
        quoted = quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidArgumentError(argument, "valid Unicode text", describe(text)) from None
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def check_choice(argument: str, value: object, literal: Any) -> None:
    """Refuse a value that is not one of a `Literal` type's."""
    choices = get_args(literal)
    if not isinstance(value, str) or value not in choices:
        expected = "one of " + ", ".join(map(repr, choices))
        raise InvalidArgumentError(argument, expected, describe(value))


def check_choices(argument: str, value: object, literal: Any) -> None:
    """Refuse a list with a member that is not one of a `Literal` type's."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        raise InvalidArgumentError(argument, "a list", describe(value))
    for index, member in enumerate(value):
        check_choice(f"{argument}[{index}]", member, literal)


def check_limit(limit: int | None) -> int | None:
    """Refuse a page size that the server would refuse."""
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        raise InvalidArgumentError("limit", f"1 to {MAX_LIMIT}", describe(limit))
    return limit


def check_offset(offset: int | None) -> int | None:
    """Refuse a number of rows to leave out that the server would refuse."""
    if offset is not None and offset < 0:
        raise InvalidArgumentError("offset", "0 or more", describe(offset))
    return offset


def header_fault(name: object, value: object) -> tuple[str, str, str] | None:
    """Say what is wrong with a header: which one, what was expected, what came; never its value."""
    if not isinstance(name, str):
        return "", "names that are text", type(name).__name__
    legal = _TOKEN.match(name)
    if legal is None or legal[0] != name:  # a header pasted whole as a name holds its value too
        shown = legal[0][:_SHOWN] if legal else ""
        return "", "a header's name", f"one with a forbidden character after {shown!r}"
    where = f"[{name[:_SHOWN]!r}]"
    if not isinstance(value, str):
        return where, "text", type(value).__name__
    if not _PRINTABLE.fullmatch(value):
        got = "a line break, a control or a non-ASCII character"
        return where, "one line of printable ASCII", got
    return None
