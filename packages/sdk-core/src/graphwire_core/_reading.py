"""How a decoded answer becomes a result: a model, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from inspect import isroutine
from typing import Any, TypeVar

from pydantic import PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter

from graphwire_core._arguments import describe
from graphwire_core._typed_dicts import readable
from graphwire_core.errors import InvalidArgumentError

__all__ = ["Parser", "ResponseHeaders", "adapter", "check_type", "nothing", "own_reader", "reader"]

T = TypeVar("T")

ResponseHeaders = Mapping[str, str]
Parser = Callable[[Any, ResponseHeaders], T]
"""Makes a result of a decoded body and the response's headers; raises `ValidationError`."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(readable(kind))


def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return the validator of a type; a model's is built when it first validates."""
    try:
        return _adapter(kind)
    except TypeError:  # `Annotated` with metadata that has no hash
        return TypeAdapter(readable(kind))


def check_type(argument: str, kind: Any) -> None:
    """Refuse a type that answers cannot be validated as.

    Raises:
        InvalidArgumentError: It is no type, or names one that does not exist.
    """
    if isinstance(kind, str) or isroutine(kind):
        raise InvalidArgumentError(argument, "a type to validate as", describe(kind))
    try:
        made = adapter(kind)
        if not made.pydantic_complete:
            made.rebuild()
    except (PydanticUserError, PydanticUndefinedAnnotation, TypeError, NameError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidArgumentError(argument, "a type to validate as", reason) from None


def _read(kind: Any, decoded: Any, _: ResponseHeaders) -> Any:
    return adapter(kind).validate_python(decoded)


@cache
def reader(kind: type[T]) -> Parser[T]:
    """Validate the body as `kind`."""
    return partial(_read, kind)


def own_reader(kind: Any) -> Parser[Any]:
    """Validate the body as a type of the caller's own, which need not be hashable."""
    return partial(_read, kind)


def nothing(_: Any, __: ResponseHeaders) -> None:
    """Ignore the body."""
