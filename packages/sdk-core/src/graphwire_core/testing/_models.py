"""Valid instances of every model, with what a test says and samples for the rest."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError

__all__ = ["make", "make_id"]

M = TypeVar("M", bound=BaseModel)

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""When all that is made was created."""

_SAMPLES: dict[str, Any] = {
    "Assistant.name": "agent",
    "AssistantVersion.name": "agent",
    "Cron.schedule": "0 8 * * *",
    "ErrorPayload.error": "ValueError",
    "Interrupt.value": "Go on?",
    "Item.key": "key",
    "HttpRequestCount.status": 200,
    "Run.status": "success",
    "ServerInfo.version": "0.16.7",
    "graph_id": "agent",
    "method": "GET",
    "node": "node",
    "path": "/threads",
}
"""Samples by model and field, or by field alone; other fields get one of their type."""

_OF_TYPES: dict[Any, Any] = {bool: True, int: 1, float: 1.0, bytes: b"", datetime: MOMENT}

_numbers = itertools.count(1)


def make_id() -> str:
    """Return an id, a UUID that was not made before in this process."""
    return f"{next(_numbers):08x}-0000-4000-8000-000000000000"


def make(kind: type[M], **fields: Any) -> M:
    """Make an instance of a model: the given fields, and samples for others that are required.

    Works for every model of `graphwire_core.models` and the parts of streams, and for pydantic
    models of your own. Ids are new each time, times are 2026-01-01.

    ```python
    thread = make(Thread, status="busy", values={"messages": []})
    ```

    Raises:
        InvalidArgumentError: There is no such field, or a value does not fit it.
    """
    if not isinstance(kind, type) or not issubclass(kind, BaseModel):
        raise InvalidArgumentError("kind", "a pydantic model", describe(kind))
    kind.model_rebuild()
    known = set(kind.model_fields) | {one.alias for one in kind.model_fields.values() if one.alias}
    for name in fields.keys() - known:
        raise InvalidArgumentError(name, f"a field of {kind.__name__}", "another name")
    given = dict(fields)
    for name, field in kind.model_fields.items():
        if field.is_required() and name not in fields and field.alias not in fields:
            given[field.alias or name] = _sample(kind, name, field.annotation)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"]))
        expected = fault["msg"].removeprefix("Input should be ")
        raise InvalidArgumentError(where, expected, describe(fault["input"])) from error


def _sample(kind: type[BaseModel], name: str, annotation: Any) -> Any:
    for owner in kind.__mro__:
        if f"{owner.__name__}.{name}" in _SAMPLES:
            return _SAMPLES[f"{owner.__name__}.{name}"]
    if name in _SAMPLES and _fits_text(annotation):
        return _SAMPLES[name]
    return _of_type(name, annotation)


def _of_type(name: str, annotation: Any) -> Any:
    """Return a sample of a type: the first choice, an empty collection, a model of samples."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return arguments[0]
    if origin in {Annotated, Union, UnionType}:
        first = next((one for one in arguments if one is not type(None)), None)
        return _of_type(name, first)
    if annotation is str:
        return make_id() if name == "id" or name.endswith("_id") else name
    if annotation in _OF_TYPES:
        return _OF_TYPES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return make(annotation)
    if origin is tuple and Ellipsis not in arguments:
        return tuple(_of_type(name, one) for one in arguments)
    collection = origin or annotation
    return collection() if collection in {list, dict, set, tuple} else {}


def _fits_text(annotation: Any) -> bool:
    return annotation is str or str in get_args(annotation)
