"""Pages of results: lists that know where the next page begins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, SupportsIndex, TypeVar, overload

from graphwire_core._operation import Operation
from graphwire_core._paging import Rows

__all__ = ["AsyncPage", "Page"]

T = TypeVar("T")


class _PageOf(list[T], Generic[T]):
    """What the pages of both colours share: the rows, and what is known of those after them."""

    def __init__(self, rows: Rows[T], sent: Operation[Rows[T]]) -> None:
        super().__init__(rows.items)
        self._following = rows.after(sent)
        self._key = rows.key
        self.total = rows.total
        """How many rows match in all, as the server reports it; the in-memory server counts only
        as far as the next page. `None` where the server does not say."""

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, index: slice | str, /) -> list[T]: ...
    def __getitem__(self, index: SupportsIndex | slice | str, /) -> T | list[T]:
        """Return a row or some; the key under which the server sends the list gives them all."""
        if isinstance(index, str):
            if index != self._key:
                raise KeyError(index)
            return list(self)
        return super().__getitem__(index)

    @property
    def has_more(self) -> bool:
        """Whether a further page may exist."""
        return self._following is not None

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins: an offset or a checkpoint id; `None` on the last page."""
        if self._following is None:
            return None
        return _cursor(self._following)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()}, next_cursor={self.next_cursor!r})"


def _cursor(operation: Operation[Any]) -> str:
    body = operation.body if isinstance(operation.body, dict) else dict(operation.query)
    before = body.get("before")
    if isinstance(before, dict):
        return str(before["configurable"]["checkpoint_id"])
    return str(body["offset"])


class AsyncPage(_PageOf[T]):
    """One page of rows, a list; `async for` goes on through every later page as well."""

    def __init__(
        self,
        rows: Rows[T],
        sent: Operation[Rows[T]],
        fetch: Callable[[Operation[Rows[T]]], Awaitable[AsyncPage[T]]],
    ) -> None:
        super().__init__(rows, sent)
        self._fetch = fetch

    async def next_page(self) -> AsyncPage[T] | None:
        """Fetch the page after this one; `None` when this is the last."""
        return None if self._following is None else await self._fetch(self._following)

    async def all(self) -> AsyncIterator[T]:
        """Iterate over the rows of this page and of every later one, fetched as needed."""
        page: AsyncPage[T] | None = self
        while page is not None:
            for row in page:
                yield row
            page = await page.next_page()

    def __aiter__(self) -> AsyncIterator[T]:
        return self.all()


class Page(_PageOf[T]):
    """One page of rows, a list; `all()` goes on through every later page as well."""

    def __init__(
        self,
        rows: Rows[T],
        sent: Operation[Rows[T]],
        fetch: Callable[[Operation[Rows[T]]], Page[T]],
    ) -> None:
        super().__init__(rows, sent)
        self._fetch = fetch

    def next_page(self) -> Page[T] | None:
        """Fetch the page after this one; `None` when this is the last."""
        return None if self._following is None else self._fetch(self._following)

    def all(self) -> Iterator[T]:
        """Iterate over the rows of this page and of every later one, fetched as needed."""
        page: Page[T] | None = self
        while page is not None:
            yield from page
            page = page.next_page()
