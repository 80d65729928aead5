"""What is awaited in the async colour and simply there, after a wait, in the sync one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar, overload

__all__ = ["AsyncDeferred", "AsyncWaitable", "Waitable", "async_deferred", "deferred"]

T = TypeVar("T")
S = TypeVar("S")


class AsyncDeferred(Generic[T]):
    """A value to await, as often as you like."""

    def __init__(self, wait: Callable[[float | None], Coroutine[Any, Any, T]]) -> None:
        self._wait = wait
        self._timeout: float | None = None

    def with_timeout(self, timeout: float | None) -> AsyncDeferred[T]:
        """Return the same value, to be waited for no longer than this, in seconds.

        Awaiting it raises `RequestTimeout` when the time is over.
        """
        limited = AsyncDeferred(self._wait)
        limited._timeout = timeout
        return limited

    def __await__(self) -> Generator[Any, None, T]:
        return self._wait(self._timeout).__await__()


class async_deferred(Generic[S, T]):  # noqa: N801  # a decorator
    """Make an async method with a timeout an attribute to be awaited."""

    def __init__(self, method: Callable[[S, float | None], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, owner: None, kind: type[S]) -> async_deferred[S, T]: ...
    @overload
    def __get__(self, owner: S, kind: type[S]) -> AsyncDeferred[T]: ...
    def __get__(self, owner: S | None, kind: type[S]) -> async_deferred[S, T] | AsyncDeferred[T]:
        if owner is None:
            return self
        return AsyncDeferred(lambda timeout: self._method(owner, timeout))


class deferred(Generic[S, T]):  # noqa: N801  # a decorator
    """Make a method with a timeout an attribute that is waited for."""

    def __init__(self, method: Callable[[S, float | None], T]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, owner: None, kind: type[S]) -> deferred[S, T]: ...
    @overload
    def __get__(self, owner: S, kind: type[S]) -> T: ...
    def __get__(self, owner: S | None, kind: type[S]) -> deferred[S, T] | T:
        return self if owner is None else self._method(owner, None)


class AsyncWaitable(ABC, Generic[T]):
    """Something to iterate over, or to await as a whole."""

    @abstractmethod
    async def get(self, timeout: float | None = None) -> T:
        """Return the whole, once it is complete."""

    def __await__(self) -> Generator[Any, None, T]:
        return self.get().__await__()


class Waitable(ABC, Generic[T]):
    """Something to iterate over, or to read as a whole with `get()` or `str()`."""

    @abstractmethod
    def get(self, timeout: float | None = None) -> T:
        """Return the whole, once it is complete."""

    def __str__(self) -> str:
        return str(self.get())
