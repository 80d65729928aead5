"""A JSON Web Key Set: fetched, kept, fetched again when a provider rotates its keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graphwire_auth._fetch import FetchError, safely
from graphwire_auth._threads import OneAtATime
from graphwire_auth.schemes import logger, unavailable

if TYPE_CHECKING:
    from graphwire_auth._fetch import Fetch

__all__ = ["KeySet", "usable_keys"]

Key = Mapping[str, Any]
PUBLIC = frozenset({"RSA", "EC", "OKP"})
MAX_KEYS = 100


class KeySet:
    """The keys of one provider.

    Kept for `max_age` seconds. An unknown key id fetches again, at most every `cooldown` seconds,
    so that forged ids cannot turn this server against the provider. While the provider is down,
    known keys stay good for `max_stale` seconds.
    """

    def __init__(
        self,
        url: str,
        fetch: Fetch,
        *,
        timeout: float = 5,
        max_age: float = 300,
        max_stale: float = 3600,
        cooldown: float = 10,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._fetch, self._timeout, self._clock = url, safely(fetch), timeout, clock
        self._max_age, self._max_stale, self._cooldown = max_age, max_stale, cooldown
        self._keys: list[Key] = []
        self._loaded_at: float | None = None
        self._tried_at: float | None = None
        self._failed = False
        self._load = OneAtATime(self._download)

    async def keys(self, wanted: Callable[[Key], bool]) -> list[Key]:
        """Return the keys that are wanted, after asking the provider where that may help.

        Raises:
            HTTPException: 503, where the keys are unknown because the provider does not answer.
        """
        if self._age() <= self._max_age and (found := self._matching(wanted)):
            return found
        if self._may_try():
            await self._refresh()
        if self._age() <= self._max_stale and (found := self._matching(wanted)):
            return found
        if self._failed or self._loaded_at is None:
            raise unavailable("no answer from the key set", retry_after=self._cooldown)
        return []

    def _matching(self, wanted: Callable[[Key], bool]) -> list[Key]:
        return [key for key in self._keys if wanted(key)]

    def _age(self) -> float:
        return float("inf") if self._loaded_at is None else self._clock() - self._loaded_at

    def _may_try(self) -> bool:
        return self._tried_at is None or self._clock() - self._tried_at >= self._cooldown

    async def _refresh(self) -> None:
        try:
            keys = await self._load(seconds=self._timeout + 1)
        except (FetchError, TimeoutError) as error:
            self._failed = True
            logger.warning("the key set %s: %s", self._url, str(error) or "no answer in time")
        else:
            self._keys, self._loaded_at, self._failed = keys, self._clock(), False
        self._tried_at = self._clock()

    def _download(self) -> list[Key]:
        body = self._fetch(self._url, None, {"Accept": "application/json"}, self._timeout)
        try:
            return usable_keys(json.loads(body))
        except (ValueError, RecursionError):
            raise FetchError("the answer is not a key set") from None


def usable_keys(found: object) -> list[Key]:
    """Return the public signature keys of a decoded key set.

    Raises:
        ValueError: It is not a key set, or holds none that could be used.
    """
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        raise ValueError("expected an object with a list of `keys`")
    # A symmetric key here would be public, and anybody could sign with it.
    usable: list[Key] = [
        key
        for key in keys
        if isinstance(key, dict)
        and key.get("kty") in PUBLIC
        and key.get("use", "sig") == "sig"
        and isinstance(key.get("kid", ""), str)
    ]
    if not usable:
        raise ValueError("no key for signatures")
    return usable
