"""Stale while revalidating: what age means, what is loaded when, and what a caller writes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from tests.cache._async.clock import Clock, cache_of, eventually

from graphwire_core.errors import ConfigurationError, InvalidArgumentError


class Rate(BaseModel):
    value: int


class Source:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.problem: Exception | None = None

    async def load(self) -> Any:
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return {"value": self.asked}


async def test_a_value_is_loaded_then_fresh_then_stale_then_expired() -> None:
    clock, source = Clock(), Source()
    cache = cache_of(clock)
    ages: dict[str, Any] = {"fresh_for": 10, "max_age": 60, "model": Rate}

    first = await cache.swr("key", source.load, **ages)
    assert (first.status, first.value) == ("miss", Rate(value=1))
    clock.now += 9.9
    second = await cache.swr("key", source.load, **ages)
    assert (second.status, second.value, source.asked) == ("fresh", Rate(value=1), 1)
    clock.now += 0.1
    third = await cache.swr("key", source.load, **ages)
    assert (third.status, third.value) == ("stale", Rate(value=1))
    await eventually(lambda: source.asked == 2)
    await eventually(lambda: not cache.flights._flights)
    assert (await cache.swr("key", source.load, **ages)).value == Rate(value=2)
    clock.now += 60
    last = await cache.swr("key", source.load, **ages)
    assert (last.status, last.value, source.asked) == ("expired", Rate(value=3), 3)


async def test_by_default_every_hit_is_stale_and_loads_anew() -> None:
    source = Source()
    cache = cache_of(Clock())
    assert (await cache.swr("key", source.load)).status == "miss"
    assert (await cache.swr("key", source.load)).status == "stale"
    await eventually(lambda: source.asked == 2)


async def test_the_first_call_gives_what_the_cache_gives_afterwards() -> None:
    cache = cache_of(Clock())

    async def load() -> Any:
        return {"pair": (1, 2)}

    first = await cache.swr("key", load, fresh_for=60)
    second = await cache.swr("key", load, fresh_for=60)
    assert first.value == second.value == {"pair": [1, 2]}


async def test_the_error_of_a_loader_reaches_the_caller_and_nothing_is_kept() -> None:
    source = Source()
    cache = cache_of(Clock())
    source.problem = OSError("no network")
    with pytest.raises(OSError, match="no network"):
        await cache.swr("key", source.load)
    source.problem = None
    assert (await cache.swr("key", source.load)).status == "miss"


async def test_a_load_behind_the_caller_that_fails_leaves_the_old_value() -> None:
    source = Source()
    cache = cache_of(Clock())
    await cache.swr("key", source.load)
    source.problem = OSError("no network")
    assert (await cache.swr("key", source.load)).value == {"value": 1}
    await eventually(lambda: source.asked == 2 and not cache.flights._flights)
    assert (await cache.swr("key", source.load)).value == {"value": 1}
    await eventually(lambda: not cache.flights._flights)


async def test_a_value_that_a_loader_makes_is_checked_like_any_other() -> None:
    cache = cache_of(Clock())

    async def load() -> Any:
        return {"a": [object()]}

    with pytest.raises(InvalidArgumentError, match=r"^the loader's value\.a\[0\]: expected a va"):
        await cache.swr("key", load)
    with pytest.raises(InvalidArgumentError, match=r"^the loader's value\.value: expected Field"):
        await cache.swr("key", load, model=Rate)


async def test_what_a_caller_writes_is_what_others_get() -> None:
    source = Source()
    cache = cache_of(Clock())
    result = await cache.swr("key", source.load, fresh_for=60, model=Rate)
    assert await result.mutate(Rate(value=70)) == Rate(value=70)
    assert (result.value, result.status) == (Rate(value=70), "miss")
    assert (await cache.swr("key", source.load, fresh_for=60, model=Rate)).value == Rate(value=70)
    assert source.asked == 1
    with pytest.raises(InvalidArgumentError, match=r"^value\.value: expected"):
        await result.mutate(Rate.model_construct(value="much"))  # type: ignore[arg-type]  # wrong


async def test_a_caller_may_have_a_value_loaded_anew() -> None:
    source = Source()
    cache = cache_of(Clock())
    result = await cache.swr("key", source.load, fresh_for=60)
    assert await result.mutate() == {"value": 2}
    assert result.value == {"value": 2}
    assert (await cache.swr("key", source.load, fresh_for=60)).value == {"value": 2}
    assert await result.mutate(None) is None


async def test_what_is_set_and_what_is_loaded_under_one_key_are_two_values() -> None:
    source = Source()
    cache = cache_of(Clock())
    await cache.set("key", "mine")
    assert (await cache.swr("key", source.load)).status == "miss"
    assert await cache.get("key") == "mine"


async def test_a_value_that_does_not_fit_any_more_is_loaded_anew() -> None:
    source = Source()
    cache = cache_of(Clock())
    await cache.swr("key", source.load, fresh_for=60)

    class Renamed(BaseModel):
        amount: int

    async def load() -> Any:
        return {"amount": 5}

    result = await cache.swr("key", load, fresh_for=60, model=Renamed)
    assert (result.status, result.value) == ("miss", Renamed(amount=5))


async def test_a_loader_that_asks_for_its_own_key_is_told_so() -> None:
    cache = cache_of(Clock())

    async def load() -> Any:
        return (await cache.swr("key", load)).value

    with pytest.raises(ConfigurationError, match=r"swr\('key'\): its loader asks for 'key' itself"):
        await cache.swr("key", load)


async def test_a_loader_may_ask_for_other_keys() -> None:
    source = Source()
    cache = cache_of(Clock())

    async def load() -> Any:
        return [(await cache.swr("inner", source.load)).value]

    assert (await cache.swr("outer", load)).value == [{"value": 1}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"fresh_for": -1}, "fresh_for: expected a timedelta or seconds of 0 or more, got int -1"),
        ({"max_age": 0}, "max_age: expected more than 0, got int 0"),
        ({"fresh_for": 61, "max_age": 60}, "fresh_for: expected no more than max_age, got int 61"),
        ({"key": ""}, "key: expected text"),
        ({"model": 3}, "model: expected a type"),
    ],
)
async def test_a_wrong_argument_is_named_before_anything_is_loaded(
    arguments: Any, said: str
) -> None:
    source = Source()
    cache = cache_of(Clock())
    with pytest.raises(ValueError, match=said) as caught:
        await cache.swr(**{"key": "key", "loader": source.load, **arguments})
    assert isinstance(caught.value, InvalidArgumentError)
    assert source.asked == 0
