"""The cache: typed values under keys, with an end to their time, loaded once for all who ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar, overload

from graphwire_core._omit import OMIT, Omit
from graphwire_core.cache._choice import AsyncChoice
from graphwire_core.cache._drivers.crew import AsyncCrew, AsyncLoader
from graphwire_core.cache._entry import (
    LONGEST,
    CacheStatus,
    Duration,
    Entry,
    check_key,
    seconds,
    windows,
)
from graphwire_core.cache._flights import Flight, Flights, check_no_circle, within
from graphwire_core.cache._values import UNREADABLE, Form
from graphwire_core.plugins._types import AsyncCacheBackend

__all__ = ["AsyncCache", "AsyncSWRResult"]

T = TypeVar("T")

_PLAIN = "graphwire:"
_LOADED = "graphwire-swr:"
"""Prefixes of keys: what `set` writes is not what `swr` loads."""


class AsyncSWRResult(Generic[T]):
    """A value from `swr`, and how it was come by."""

    def __init__(self, value: T, status: CacheStatus, source: AsyncSource) -> None:
        self.value = value
        self.status = status
        """`"miss"`, `"fresh"`, `"stale"` or `"expired"`."""
        self._source = source

    async def mutate(self, value: T | Omit = OMIT) -> T:
        """Write a value under the key, or load it anew, and return it.

        What is written wins over a load under way; `value` of this object changes, its `status`
        does not.

        Args:
            value: The new value. Default: what the loader returns now.

        Raises:
            InvalidArgumentError: The value does not fit the model, or has no JSON form.
        """
        text = await (self._source.reload() if value is OMIT else self._source.write(value))
        self.value = self._source.form.read(text)
        return self.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(value={self.value!r}, status={self.status!r})"


class AsyncSource:
    """Where the value of one key comes from: what is kept, or its loader."""

    def __init__(
        self,
        cache: AsyncCache,
        key: str,
        loader: AsyncLoader[Any],
        form: Form,
        lifetime: float,
    ) -> None:
        self.form = form
        self._cache = cache
        self._key = key
        self._loader = loader
        self._lifetime = lifetime

    async def kept(self) -> tuple[Entry, Any] | None:
        """Return what is kept and its value; `None` also where it cannot be read."""
        entry = await self._cache.entry(_LOADED + self._key)
        value = UNREADABLE if entry is None else self.form.read(entry.text)
        return None if entry is None or value is UNREADABLE else (entry, value)

    async def load(self, seen: Entry | None) -> str:
        """Return what the loader gives, or gave to somebody else after `seen` was kept."""
        check_no_circle(self._cache, self._key)
        flight, first = self._cache.flights.board(self._key)
        if first:
            await self._cache.crew.fly(partial(self._fly, flight, seen, awaited=True))
        return await self._cache.crew.wait(flight.landing)

    async def reload(self) -> str:
        """Return what the loader gives now."""
        check_no_circle(self._cache, self._key)
        flight = self._cache.flights.overtake(self._key)
        await self._cache.crew.fly(partial(self._fly, flight, None, awaited=True, again=True))
        return await self._cache.crew.wait(flight.landing)

    def refresh(self, seen: Entry) -> None:
        """Load behind the caller, unless somebody does already."""
        flight, first = self._cache.flights.board(self._key)
        if first:
            self._cache.crew.start(partial(self._fly, flight, seen, awaited=False))

    async def write(self, value: Any) -> str:
        """Keep a value that a caller gives."""
        text = self.form.write(value, "value")
        self._cache.flights.overrule(self._key, text)
        await self._keep(text)
        return text

    async def _fly(
        self, flight: Flight, seen: Entry | None, *, awaited: bool, again: bool = False
    ) -> None:
        """Load once, and tell everybody who waits; what goes wrong, goes to them."""
        within(self._cache, self._key, awaited=awaited)
        try:
            text = None if again else await self._newer(seen)
            if text is None:
                loaded = await self._cache.crew.called(self._loader)
                text = self.form.write(loaded, "the loader's value")
                if flight.successor is None:
                    await self._keep(text)
                later = flight.overruled
                if later is not None:  # written while this was loaded, or while it was kept
                    text = later
                    await self._keep(text)
        except BaseException as error:
            self._cache.flights.land(self._key, flight)
            self._cache.crew.failed(flight.landing, error, self._key, awaited=awaited)
            if not isinstance(error, Exception):
                raise
        else:
            self._cache.flights.land(self._key, flight)
            flight.landing.set_result(text)

    async def _newer(self, seen: Entry | None) -> str | None:
        """Return what was kept since the caller looked: a load may have ended in between."""
        kept = await self.kept()
        if kept is None or kept[0].expired(self._cache.now()):
            return None
        entry = kept[0]
        return entry.text if seen is None or entry.stored_at > seen.stored_at else None

    async def _keep(self, text: str) -> None:
        entry = Entry(text, self._cache.now(), self._lifetime)
        await self._cache.keep(_LOADED + self._key, entry)


class AsyncCache:
    """Values under keys, kept by the server that this runs in, or by another backend.

    ```python
    cache = AsyncCache()
    await cache.set("weather:paris", Weather(celsius=21), ttl=timedelta(minutes=5))
    weather = await cache.get("weather:paris", model=Weather)
    ```
    """

    def __init__(
        self, backend: AsyncCacheBackend | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """Create a cache.

        Args:
            backend: What keeps the values. Default: inside a server its cache, elsewhere a bounded
                memory of this process, or what a plugin registers.
            clock: Seconds since the epoch.
        """
        self._choice = AsyncChoice(backend)
        self.now = clock
        self.crew = AsyncCrew()
        self.flights = Flights()

    @overload
    async def get(self, key: str, *, model: None = None) -> Any: ...

    @overload
    async def get(self, key: str, *, model: type[T]) -> T | None: ...

    async def get(self, key: str, *, model: Any = None) -> Any:
        """Return the value under a key; `None` where there is none.

        Args:
            key: Text that names the value.
            model: Type to validate it as. A value that does not fit counts as none: another version
                of the program may have written it. Default: plain JSON.
        """
        form = Form(model)
        entry = await self.entry(_PLAIN + check_key(key))
        if entry is None or entry.expired(self.now()):
            return None
        value = form.read(entry.text)
        return None if value is UNREADABLE else value

    async def set(
        self, key: str, value: Any, *, ttl: Duration | None = None, model: Any = None
    ) -> None:
        """Keep a value under a key.

        Args:
            key: Text that names the value.
            value: Anything with a JSON form, models and dataclasses included.
            ttl: How long it is good for, a day at most. Default: a day.
            model: Type that it has to fit. Default: any.

        Raises:
            InvalidArgumentError: The value has no JSON form, or does not fit; the error names the
                path to the fault.
        """
        lifetime = seconds("ttl", ttl, default=LONGEST)
        text = Form(model).write(value, "value")
        await self.keep(_PLAIN + check_key(key), Entry(text, self.now(), lifetime))

    @overload
    async def swr(
        self,
        key: str,
        loader: AsyncLoader[T],
        *,
        fresh_for: Duration | None = None,
        max_age: Duration | None = None,
        model: None = None,
    ) -> AsyncSWRResult[T]: ...

    @overload
    async def swr(
        self,
        key: str,
        loader: AsyncLoader[Any],
        *,
        fresh_for: Duration | None = None,
        max_age: Duration | None = None,
        model: type[T],
    ) -> AsyncSWRResult[T]: ...

    async def swr(
        self,
        key: str,
        loader: AsyncLoader[Any],
        *,
        fresh_for: Duration | None = None,
        max_age: Duration | None = None,
        model: Any = None,
    ) -> AsyncSWRResult[Any]:
        """Return the value under a key, loaded where there is none: stale while revalidating.

        Callers who ask for a key while it is loaded share that load, and its error. A load behind
        a caller that fails is logged, and the old value stays.

        Args:
            key: Text that names the value.
            loader: Makes the value.
            fresh_for: How long it is given as it is; then it is given while it is loaded anew.
                Default: 0.
            max_age: How long it is given at all. Default and longest: a day.
            model: Type that values are validated as. Default: plain JSON, also on the first call.

        Raises:
            InvalidArgumentError: An argument is wrong, or the loader's value has no JSON form.
            ConfigurationError: The loader asks for the key that it loads.
        """
        ages = windows(fresh_for, max_age)
        source = AsyncSource(self, check_key(key), loader, Form(model), ages.max_age)
        entry, value = await source.kept() or (None, None)
        status = ages.status(entry, self.now())
        if entry is None or status == "expired":
            value = source.form.read(await source.load(entry))
        elif status == "stale":
            source.refresh(entry)
        return AsyncSWRResult(value, status, source)

    async def entry(self, key: str) -> Entry | None:
        """Return what is kept under a whole key."""
        return Entry.decode(await self._choice.backend().get(key))

    async def keep(self, key: str, entry: Entry) -> None:
        """Keep an entry under a whole key."""
        await self._choice.backend().set(key, entry.encode(), entry.lifetime)
