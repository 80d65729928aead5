"""What every model of the API shares: mapping access, unknown fields kept, free-form data."""

from collections.abc import Iterator
from datetime import UTC, datetime
from reprlib import Repr
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetPydanticSchema,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)
from pydantic_core import InitErrorDetails, core_schema

__all__ = [
    "UNSET",
    "AwareDatetime",
    "ExchangedModel",
    "JsonObject",
    "RequestModel",
    "ResponseModel",
]

UNSET: Any = None
"""Default of a request field that is not sent unless it is set, and that cannot be null."""


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


AwareDatetime = Annotated[datetime, AfterValidator(_aware)]
"""A datetime that always has a timezone; the server's naive times are UTC."""

JsonObject = Annotated[
    dict[str, Any],
    GetPydanticSchema(
        lambda _source, _handler: core_schema.json_or_python_schema(
            json_schema=core_schema.dict_schema(),
            python_schema=core_schema.is_instance_schema(dict),
        )
    ),
]
"""A JSON object of free-form data: checked to be a dict, neither copied nor walked."""


class _Short(Repr):
    """A `repr` that fits on a line or two whatever the size of the data."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 60
        self.maxdict = self.maxlist = self.maxtuple = 3
        self.maxlevel = 2

    def repr_datetime(self, x: datetime, _level: int) -> str:
        return x.isoformat()


_short = _Short()


class _Shortened:
    """A value whose repr is cut, so that printing a model never fills the screen."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return repr(self.value) if isinstance(self.value, BaseModel) else _short.repr(self.value)


class ResponseModel(BaseModel):
    """What the server sent: frozen, unknown fields kept, readable as a mapping too.

    `thread["thread_id"]` is `thread.thread_id`. The mapping holds just the keys that the server
    sent: a field it left out is absent from `keys()` and `in`, while its attribute is the default.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        defer_build=True,
        protected_namespaces=(),
        serialize_by_alias=True,
    )

    def __getitem__(self, key: str) -> Any:
        if key not in self.model_fields_set:
            raise KeyError(key)
        extra = self.model_extra or {}
        return extra[key] if key in extra else getattr(self, key)

    def __contains__(self, key: object) -> bool:
        return key in self.model_fields_set

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # a mapping iterates over keys
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.model_fields_set)

    def __bool__(self) -> bool:
        return True

    def keys(self) -> list[str]:
        """List the fields that the server sent, in the order of the model."""
        known = [name for name in type(self).model_fields if name in self.model_fields_set]
        return known + list(self.model_extra or ())

    def get(self, key: str, default: Any = None) -> Any:
        """Return the field that the server sent under `key`, else `default`."""
        return self[key] if key in self.model_fields_set else default

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for key in self.keys():
            yield key, _Shortened(self[key])


def _only_set(model: BaseModel, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
    """Serialise the fields that were set, and no default."""
    body: dict[str, Any] = handler(model)
    for name, field in type(model).model_fields.items():
        if name not in model.model_fields_set:
            body.pop(name, None)
            body.pop(field.serialization_alias or name, None)
    return body


class ExchangedModel(ResponseModel):
    """What both sides send: the server may add fields, a caller's unknown keyword is an error.

    Only what was set, or what the server sent, is sent back.
    """

    def __init__(self, **data: Any) -> None:
        unknown = data.keys() - type(self).model_fields
        if unknown:
            details: list[InitErrorDetails] = [
                {"type": "extra_forbidden", "loc": (name,), "input": data[name]}
                for name in sorted(unknown)
            ]
            raise ValidationError.from_exception_data(type(self).__name__, details)
        super().__init__(**data)

    # Pydantic calls `__init__` only for callers, as it does for its own base classes: what the
    # server sent goes through the validator and keeps its unknown fields.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # read by pydantic

    @model_serializer(mode="wrap")
    def _serialize(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _only_set(self, handler)


class RequestModel(BaseModel):
    """What a caller sends: an unknown field is an error, and only what was set is sent."""

    model_config = ConfigDict(
        extra="forbid",
        defer_build=True,
        protected_namespaces=(),
        validate_assignment=True,
        serialize_by_alias=True,
    )

    @model_serializer(mode="wrap")
    def _serialize(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return _only_set(self, handler)
