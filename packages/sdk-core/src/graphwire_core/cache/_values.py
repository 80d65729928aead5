"""Values of a cache: checked and written as JSON, read as the type that is asked for."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json

from graphwire_core._arguments import describe
from graphwire_core._json import encode_json
from graphwire_core._reading import adapter, check_type
from graphwire_core.errors import InvalidArgumentError

__all__ = ["UNREADABLE", "Form"]

UNREADABLE: Final = object()
"""In place of a value that was written by another version of a program, say."""


class Form:
    """How values of a type are written and read; without a type they are plain JSON."""

    def __init__(self, model: Any = None) -> None:
        """Prepare for a type.

        Raises:
            InvalidArgumentError: It is none that values can be validated as.
        """
        if model is not None:
            check_type("model", model)
        self._adapter: TypeAdapter[Any] | None = None if model is None else adapter(model)

    def write(self, value: Any, argument: str) -> str:
        """Return a value as JSON.

        Raises:
            InvalidArgumentError: It does not fit the type, or has no JSON form; the error names the
                path to the fault.
        """
        if self._adapter is None:
            return encode_json(value, argument=argument).decode()
        try:
            typed = self._adapter.validate_python(value)
        except ValidationError as error:
            raise _misfit(argument, error) from error
        how: Any = {"by_alias": True, "round_trip": True, "warnings": "none"}
        try:
            dumped = self._adapter.dump_python(typed, mode="json", **how)
        except (PydanticSerializationError, ValueError):
            dumped = self._adapter.dump_python(typed, **how)  # encoding it says where the fault is
        text = encode_json(dumped, argument=argument).decode()
        try:
            self._adapter.validate_python(from_json(text))
        except ValidationError as error:
            raise _misfit(argument, error) from error
        return text

    def read(self, text: str) -> Any:
        """Return a value, a new object each time; `UNREADABLE` where it does not fit the type."""
        value = from_json(text)
        if self._adapter is None:
            return value
        try:
            return self._adapter.validate_python(value)
        except ValidationError:
            return UNREADABLE


def _misfit(argument: str, error: ValidationError) -> InvalidArgumentError:
    fault = error.errors(include_url=False, include_context=False)[0]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
    expected = fault["msg"].removeprefix("Input should be ")
    return InvalidArgumentError(argument + where, expected, describe(fault["input"]))
