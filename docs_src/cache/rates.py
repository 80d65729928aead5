"""Keep values for a while, and load them once for all who ask."""

import asyncio
from datetime import timedelta

from pydantic import BaseModel

from graphwire_core.cache import cache_get, cache_set, swr


class Rate(BaseModel):
    currency: str
    value: float


CALLS: list[str] = []


async def fetch() -> Rate:
    """Ask somebody slow."""
    CALLS.append("fetch")
    await asyncio.sleep(0.05)
    return Rate(currency="EUR", value=1.08)


async def main() -> list[str]:
    """Return how each value was come by."""
    await cache_set("greeting", {"text": "hello"}, ttl=timedelta(minutes=5))
    greeting = await cache_get("greeting")
    assert greeting == {"text": "hello"}

    ages = {"fresh_for": timedelta(seconds=30), "max_age": timedelta(hours=1)}
    results = await asyncio.gather(*(swr("rate:EUR", fetch, model=Rate, **ages) for _ in range(50)))
    assert CALLS == ["fetch"]  # fifty callers, one load

    rate = results[0]
    assert rate.value == Rate(currency="EUR", value=1.08)
    await rate.mutate(Rate(currency="EUR", value=1.10))  # others get this one from now on
    again = await swr("rate:EUR", fetch, model=Rate, **ages)
    assert again.value.value == 1.10
    return [rate.status, again.status]
