"""What every request of the protocol shares: checks that name the argument, and its wire form."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, model_serializer
from pydantic_core import ErrorDetails

from graphwire_core._arguments import Id, check_choice, describe, identifier
from graphwire_core.errors import InvalidArgumentError
from graphwire_core.models import MultitaskStrategy, RequestModel, Send

__all__ = ["Count", "Goto", "Identity", "Namespace", "Namespaces", "Object", "Request", "Strategy"]


class Request(RequestModel):
    """A part of a request: frozen, checked when it is made, an unknown keyword is an error.

    Raises:
        InvalidArgumentError: A value cannot be sent; the error names the argument.
        TypeError: A keyword is missing or unknown.
    """

    model_config = ConfigDict(frozen=True, validate_assignment=False)

    _nullable: ClassVar[frozenset[str]] = frozenset()
    """Fields whose `None` is sent; that of any other is the same as leaving it out."""

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise _refusal(type(self).__name__, error) from None

    # Pydantic calls `__init__` only for callers: a request inside another one is checked with it.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # read by pydantic

    def to_wire(self) -> dict[str, Any]:
        """Return the request as the wire has it: what was set, its free-form values untouched."""
        return self._set_fields()

    def _set_fields(self) -> dict[str, Any]:
        fields = type(self).model_fields
        given = {name: getattr(self, name) for name in fields if name in self.model_fields_set}
        return {
            fields[name].serialization_alias or name: _wire(value)
            for name, value in given.items()
            if value is not None or name in self._nullable
        }

    @model_serializer(mode="wrap")
    def _serialize(self, handler: Any) -> dict[str, Any]:  # noqa: ARG002  # replaces the base's
        return self.to_wire()


def _wire(value: Any) -> Any:
    if isinstance(value, Request):
        return value.to_wire()
    if isinstance(value, RequestModel):
        return value.model_dump()
    return [_wire(item) for item in value] if isinstance(value, tuple) else value


def _refusal(kind: str, error: ValidationError) -> Exception:
    fault = error.errors(include_url=False)[0]
    argument = _path(fault["loc"])
    if fault["type"] == "extra_forbidden":
        if len(fault["loc"]) == 1:
            return TypeError(f"{kind}() got an unexpected keyword argument {argument!r}")
        return InvalidArgumentError(argument, "a known field", describe(fault["input"]))
    if fault["type"] == "missing":
        if len(fault["loc"]) == 1:
            return TypeError(f"{kind}() is missing the argument {argument!r}")
        return InvalidArgumentError(argument, "a value", "none")
    return _invalid(argument, fault)


def _invalid(argument: str, fault: ErrorDetails) -> InvalidArgumentError:
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, InvalidArgumentError):
        inside = cause.argument.removeprefix(argument)
        return InvalidArgumentError(argument + inside, cause.expected, cause.got)
    words = fault["msg"].removeprefix("Input should be ")
    expected = _WORDS.get(words, words)
    return InvalidArgumentError(argument, expected, describe(fault["input"]))


_WORDS = {
    "a valid string": "a str",
    "an instance of Sequence": "a list",
    "a valid dictionary or instance of InputResponse": "an InputResponse",
    "a valid dictionary or instance of LangSmithTracing": "a LangSmithTracing",
}
"""What pydantic says, in the words of the annotations."""


def _path(location: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _identity(value: Any) -> str:
    return identifier("", value)


def _count(value: Any) -> int:
    if type(value) is int and value >= 0:
        return value
    raise InvalidArgumentError("", "an int of 0 or more", describe(value))


def _object(value: Any) -> Any:
    if isinstance(value, Mapping | BaseModel):
        return value
    raise InvalidArgumentError("", "a mapping", describe(value))


def _strategy(value: Any) -> Any:
    check_choice("", value, MultitaskStrategy)
    return value


def _namespace(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidArgumentError("", "a list of str", describe(value))
    for index, segment in enumerate(value):
        if not isinstance(segment, str):
            raise InvalidArgumentError(f"[{index}]", "a str", describe(segment))
    return tuple(value)


def _namespaces(value: Any) -> tuple[tuple[str, ...], ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidArgumentError("", "a list of namespaces", describe(value))
    found = []
    for index, namespace in enumerate(value):
        try:
            found.append(_namespace(namespace))
        except InvalidArgumentError as error:
            where = f"[{index}]{error.argument}"
            raise InvalidArgumentError(where, error.expected, error.got) from None
    return tuple(found)


def _goto(value: Any) -> Any:
    several = isinstance(value, Sequence) and not isinstance(value, str)
    for index, target in enumerate(value if several else [value]):
        node = target.get("node") if isinstance(target, Mapping) else target
        if not (isinstance(node, Send) or (isinstance(node, str) and node)):
            where = f"[{index}]" if several else ""
            expected = "the name of a node, a Send or a mapping with a node"
            raise InvalidArgumentError(where, expected, describe(target))
    return value


Identity: TypeAlias = Annotated[Id, PlainValidator(_identity)]
"""An id as text."""

Count: TypeAlias = Annotated[int, PlainValidator(_count)]
"""0 or more."""

Object: TypeAlias = Annotated[Mapping[str, Any] | BaseModel, PlainValidator(_object)]
"""A JSON object."""

Strategy: TypeAlias = Annotated[MultitaskStrategy, PlainValidator(_strategy)]
"""What happens when the thread is busy."""

Namespace: TypeAlias = Annotated[Sequence[str], PlainValidator(_namespace)]
"""Path of a graph, outermost first; empty for the root graph."""

Namespaces: TypeAlias = Annotated[Sequence[Sequence[str]], PlainValidator(_namespaces)]
"""Paths of graphs."""

_Target: TypeAlias = Send | Mapping[str, Any] | str
Goto: TypeAlias = Annotated[_Target | Sequence[_Target], PlainValidator(_goto)]
"""Where a run goes on: names of nodes, or `Send`s."""
