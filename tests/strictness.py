"""A test-only mode in which an unknown field, or a value of another type, is a failure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter
from tests.core.models.known_extras import KNOWN_EXTRAS

T = TypeVar("T")


def strict_validate(model: type[T], data: Any) -> T:
    """Validate decoded JSON as `model`, without coercion and without unknown fields.

    `model` may be any type that holds models, such as `list[Thread]`.
    """
    value = TypeAdapter(model).validate_json(json.dumps(data), strict=True)
    assert_strict(value)
    return value


def assert_strict(value: Any) -> None:
    """Fail for every field, at any depth, that neither its model nor `KNOWN_EXTRAS` knows."""
    unknown = sorted(set(_unknown(value, type(value).__name__)))
    assert not unknown, f"unknown fields: {', '.join(unknown)}"


def _unknown(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        known = {key for base in type(value).__mro__ for key in KNOWN_EXTRAS.get(base.__name__, ())}
        yield from (f"{path}.{key}" for key in value.model_extra or () if key not in known)
        for name in type(value).model_fields:
            if name in value.__dict__:
                yield from _unknown(value.__dict__[name], f"{path}.{name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unknown(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _unknown(item, f"{path}[]")
