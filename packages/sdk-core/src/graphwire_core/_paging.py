"""Pages of rows: how one is read, and which operation fetches the one after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from graphwire_core._omit import OMIT
from graphwire_core._operation import Operation
from graphwire_core._reading import ResponseHeaders, adapter
from graphwire_core.models import ResponseModel, partial_model

__all__ = ["SERVER_LIMIT", "Rows", "by_offset", "paged"]

T = TypeVar("T")

SERVER_LIMIT = 10
"""Rows that the server returns where no `limit` is sent."""

_DIGITS = 16  # of a number that counts rows


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """One page as the server sent it."""

    items: list[T]
    total: int | None = None
    """What the server reports as total, if it does."""
    next_offset: int | None = None
    """Where the server says that the next page begins."""
    key: str | None = None
    """Under which key of an object the server sent the list."""
    following: Continue[T] | None = None
    """Makes the operation of the next page; `None` for rows that have none."""

    def after(self, sent: Operation[Rows[T]]) -> Operation[Rows[T]] | None:
        """Return the operation of the page after this one, which `sent` has fetched.

        It asks what `sent` asked, a caller's own headers and parameters included.
        """
        return None if self.following is None else self.following(sent, self)


Continue: TypeAlias = Callable[[Operation[Rows[T]], Rows[T]], Operation[Rows[T]] | None]
"""Which operation fetches the page after these rows; `None` when they are the last."""


def paged(
    operation: Operation[Any],
    model: type[T],
    *,
    following: Continue[T] | None = None,
    select: Sequence[str] | None = None,
    key: str | None = None,
    limit: int = SERVER_LIMIT,
) -> Operation[Rows[T]]:
    """Make `operation` return rows of `model`, which know the operation of the next page.

    `key` names the field that holds the list, where the body is an object. With `select` the rows
    hold only the selected fields. `limit` is the page size of a request that names none.
    """
    row: Any = model
    if select is not None and issubclass(model, ResponseModel):
        row = partial_model(model)
    then = following or partial(by_offset, limit)
    return replace(operation, parse=partial(_read_rows, row, key, then))


def _read_rows(
    row: Any, key: str | None, following: Any, decoded: Any, headers: ResponseHeaders
) -> Rows[Any]:
    """Validate a page: the body is a list of rows, or an object with the list under `key`."""
    if key is not None and isinstance(decoded, dict):
        decoded = decoded.get(key)
    return Rows(
        adapter(list[row]).validate_python(decoded),
        _number(headers.get("x-pagination-total")),
        _number(headers.get("x-pagination-next")),
        key,
        following,
    )


def by_offset(
    server_limit: int, operation: Operation[Any], rows: Rows[Any]
) -> Operation[Any] | None:
    """Continue at the offset that the server names, else after a full page."""
    offset, limit = _sent(operation, "offset", 0), _sent(operation, "limit", server_limit)
    after = rows.next_offset
    if after is None and rows.total is None and rows.items and len(rows.items) >= limit:
        after = offset + len(rows.items)
    if after is None or after <= offset:  # an offset that does not advance would loop for ever
        return None
    if operation.body is OMIT:
        kept = tuple(pair for pair in operation.query if pair[0] != "offset")
        return replace(operation, query=(*kept, ("offset", str(after))))
    return replace(operation, body={**operation.body, "offset": after})


def _sent(operation: Operation[Any], name: str, default: int) -> int:
    """Return a number of the request; a caller's own parameter may be none."""
    source = dict(operation.query) if operation.body is OMIT else operation.body
    number = _number(source.get(name))
    return default if number is None else number


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else None
