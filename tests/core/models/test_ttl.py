from datetime import timedelta
from typing import Any

import pytest

from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import Ttl, ttl_body, ttl_minutes


@pytest.mark.parametrize(
    ("ttl", "body"),
    [
        (5, {"ttl": 5}),
        (0, {"ttl": 0}),
        (1.5, {"ttl": 1.5}),
        (timedelta(hours=1), {"ttl": 60}),
        (timedelta(seconds=90), {"ttl": 1.5}),
        (Ttl(ttl=timedelta(days=1)), {"ttl": 1440}),
        (Ttl(ttl=1, strategy="keep_latest"), {"ttl": 1, "strategy": "keep_latest"}),
        ({"ttl": timedelta(hours=1), "strategy": "delete"}, {"ttl": 60, "strategy": "delete"}),
        ({"strategy": "delete", "new": 1}, {"strategy": "delete", "new": 1}),
    ],
)
def test_every_form_becomes_minutes(ttl: Any, body: dict[str, Any]) -> None:
    assert ttl_body(ttl) == body


@pytest.mark.parametrize("ttl", [5, 5.0, timedelta(minutes=5)])
def test_whole_minutes_are_integers(ttl: Any) -> None:
    assert type(ttl_minutes(ttl)) is int


@pytest.mark.parametrize(
    "ttl", [-1, timedelta(minutes=-1), float("nan"), float("inf"), True, "5", b"5", [5], None]
)
def test_anything_else_is_an_error_that_names_the_argument(ttl: Any) -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"thread_ttl: expected minutes .* got "
    ) as caught:
        ttl_body(ttl, "thread_ttl")

    assert caught.value.argument == "thread_ttl"
    assert type(ttl).__name__ in caught.value.got


def test_a_fault_inside_a_dict_names_the_path() -> None:
    with pytest.raises(InvalidArgumentError, match=r"^ttl\.ttl: expected minutes"):
        ttl_body({"ttl": "soon"})


def test_a_dict_is_not_changed() -> None:
    given = {"ttl": timedelta(hours=1)}

    ttl_body(given)

    assert given == {"ttl": timedelta(hours=1)}
