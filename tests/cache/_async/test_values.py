"""Values under keys: typed, gone when their time is over, and refused where they have no JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field
from tests.cache._async.clock import Clock, cache_of

from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import Thread
from graphwire_core.testing import make


class Weather(BaseModel):
    celsius: float = Field(alias="temperature")
    at: datetime
    tags: set[str] = set()


@dataclass
class Place:
    name: str
    where: tuple[float, float]


WEATHER = Weather(temperature=21.5, at=datetime(2026, 1, 1, tzinfo=UTC), tags={"sunny"})
TYPED: list[tuple[Any, Any]] = [
    (Weather, WEATHER),
    (Place, Place("Paris", (48.9, 2.4))),
    (Thread, make(Thread, metadata={"owner": "ada"})),
    (list[Weather], [WEATHER]),
    (dict[str, UUID], {"a": UUID(int=1)}),
    (Decimal, Decimal("1.10")),
    (timedelta, timedelta(minutes=5)),
    (int | None, None),
]


@pytest.mark.parametrize(("model", "value"), TYPED, ids=lambda one: str(one)[:30])
async def test_a_value_comes_back_as_the_type_that_it_is_asked_for(model: Any, value: Any) -> None:
    cache = cache_of(Clock())
    await cache.set("key", value, model=model)
    assert await cache.get("key", model=model) == value


async def test_without_a_type_values_are_plain_json_and_a_new_object_each_time() -> None:
    cache = cache_of(Clock())
    await cache.set("key", {"place": Place("Paris", (1.0, 2.0)), "n": (1, 2)})
    first = await cache.get("key")
    assert first == {"place": {"name": "Paris", "where": [1.0, 2.0]}, "n": [1, 2]}
    first["n"].append(3)
    assert (await cache.get("key"))["n"] == [1, 2]


async def test_a_key_that_nobody_wrote_has_no_value() -> None:
    assert await cache_of(Clock()).get("nothing") is None


@pytest.mark.parametrize("ttl", [60, timedelta(minutes=1)], ids=["seconds", "timedelta"])
async def test_a_value_is_gone_when_its_time_is_over(ttl: Any) -> None:
    clock = Clock()
    cache = cache_of(clock)
    await cache.set("key", 1, ttl=ttl)
    clock.now += 59.9
    assert await cache.get("key") == 1
    clock.now += 0.1
    assert await cache.get("key") is None


@pytest.mark.parametrize("ttl", [None, timedelta(days=30)], ids=["none", "a month"])
async def test_no_value_lives_longer_than_a_day(ttl: Any) -> None:
    clock = Clock()
    cache = cache_of(clock)
    await cache.set("key", 1, ttl=ttl)
    clock.now += 86399
    assert await cache.get("key") == 1
    clock.now += 1
    assert await cache.get("key") is None


async def test_a_value_of_another_version_of_the_program_counts_as_none() -> None:
    cache = cache_of(Clock())
    await cache.set("key", {"celsius": "warm"})
    assert await cache.get("key", model=Weather) is None
    assert await cache.get("key") == {"celsius": "warm"}


CYCLE: dict[str, Any] = {"inner": []}
CYCLE["inner"].append(CYCLE)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "value: expected a value with a JSON form, got object"),
        ({"a": [1, {"b": object()}]}, r"value\.a\[1\]\.b: expected a value with a JSON form"),
        ({"a": math.nan}, r"value\.a: expected a finite number, got nan"),
        ({"a": b"bytes"}, r"value\.a: expected a value with a JSON form, got bytes"),
        ({"text": "\ud800"}, r"value\.text: expected valid Unicode text"),
        (CYCLE, r"value\.inner\[0\]: expected a finite tree, got a cycle"),
        ({1: {(2, 3): 4}}, r"value\.1: expected keys that are text"),
    ],
)
async def test_a_value_without_a_json_form_is_refused_with_the_path_to_it(
    value: Any, said: str
) -> None:
    cache = cache_of(Clock())
    with pytest.raises(InvalidArgumentError, match=f"^{said}"):
        await cache.set("key", value)
    assert await cache.get("key") is None


async def test_a_value_that_does_not_fit_its_type_is_refused_with_the_path_to_it() -> None:
    cache = cache_of(Clock())
    wrong = [{"temperature": one, "at": "2026-01-01"} for one in (1, "warm")]
    with pytest.raises(
        InvalidArgumentError, match=r"^value\[1\]\.temperature: expected a valid nu"
    ):
        await cache.set("key", wrong, model=list[Weather])

    class Held(BaseModel):
        held: Any

    with pytest.raises(InvalidArgumentError, match=r"^value\.held\.a: expected a value with a JS"):
        await cache.set("key", Held(held={"a": object()}), model=Held)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": ""}, "key: expected text, got str ''"),
        ({"key": 7}, "key: expected text, got int 7"),
        ({"ttl": -1}, "ttl: expected a timedelta or seconds of 0 or more, got int -1"),
        ({"ttl": "60"}, "ttl: expected a timedelta or seconds"),
        ({"ttl": math.inf}, "ttl: expected a finite number of seconds, got float inf"),
        ({"ttl": True}, "ttl: expected a timedelta or seconds"),
        ({"model": "Weather"}, "model: expected a type to validate as"),
    ],
)
async def test_a_wrong_argument_is_named(arguments: Any, said: str) -> None:
    cache = cache_of(Clock())
    with pytest.raises(InvalidArgumentError, match=said):
        await cache.set(**{"key": "key", "value": 1, **arguments})
