"""JSON bodies: what a caller passes to bytes, and bytes to Python objects."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json, to_jsonable_python

from graphwire_core._json_faults import find_fault
from graphwire_core.errors import InvalidArgumentError

__all__ = ["decode_json", "encode_json"]


def encode_json(body: Any, *, argument: str = "") -> bytes:
    """Encode a request body.

    Pydantic models, dataclasses, langchain messages, datetimes, UUIDs, Decimals, Paths, enums and
    sets are understood. Nothing is changed on the way: NaN and lone surrogates are refused, large
    integers keep every digit, a model keeps the fields of its own class wherever it stands.

    `argument` is the argument that is the body as a whole; without one, the keys of the body are
    arguments of the call.

    Raises:
        InvalidArgumentError: A value has no JSON form; the error names the path to it.
    """
    try:
        text = json.dumps(
            body, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
        )
        return text.encode()
    except Exception as error:  # a foreign model_dump may raise anything
        fault = find_fault(body, argument, _plain)
        if fault is None:
            fault = (argument or "body", "a value with a JSON form", str(error))
        raise InvalidArgumentError(*fault) from error


def decode_json(body: bytes) -> Any:
    """Parse a response body; an empty one is `None`.

    Raises:
        ValueError: It is not JSON.
    """
    return from_json(body, cache_strings="keys") if body.strip() else None


def _plain(value: Any) -> Any:
    """Turn one value that `json` does not know into one that it does, or raise `TypeError`."""
    if isinstance(value, type):
        raise TypeError(f"no JSON form for the class {value.__name__}")
    for kinds, form in _FORMS:
        if isinstance(value, kinds):
            return form(value)
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if callable(getattr(value, "model_dump", None)):
        return value.model_dump()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _of_model(model: BaseModel) -> Any:
    from graphwire_core.models import ResponseModel  # noqa: PLC0415  # whoever has one has it

    # A response goes back as it was received, without the defaults of what it left out.
    received = isinstance(model, ResponseModel)
    form = _dump(model, mode="json", exclude_unset=received)
    live = _dump(model, exclude_unset=received)
    return _with_floats(form, live) if _has_nonfinite(live) else form


def _dump(model: BaseModel, **how: Any) -> Any:
    try:
        return model.model_dump(**how, **_POLYMORPHIC)
    except TypeError:  # a model may have a model_dump of its own
        return model.model_dump(**how)


_POLYMORPHIC: dict[str, Any] = (
    {"polymorphic_serialization": True}
    if "polymorphic_serialization" in inspect.signature(BaseModel.model_dump).parameters
    else {}
)
"""A member is dumped as the class it is: as the annotated one, it would lose its own fields."""


def _has_nonfinite(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(map(_has_nonfinite, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_nonfinite, value))


def _with_floats(form: Any, live: Any) -> Any:
    """Put back the NaN and infinities that pydantic wrote as null, so that they are refused."""
    if form is None and isinstance(live, float):
        return live
    if isinstance(form, dict) and isinstance(live, dict):
        return {key: _with_floats(member, live.get(key)) for key, member in form.items()}
    if isinstance(form, list) and isinstance(live, list | tuple) and len(form) == len(live):
        return [_with_floats(*pair) for pair in zip(form, live, strict=True)]
    return form


_FORMS: list[tuple[Any, Callable[[Any], Any]]] = [
    (BaseModel, _of_model),
    (Mapping, dict),
    ((set, frozenset), list),
    ((date, time), lambda moment: moment.isoformat()),
    ((UUID, PurePath), str),
    ((Decimal, timedelta), to_jsonable_python),
    (Enum, lambda member: member.value),
]
