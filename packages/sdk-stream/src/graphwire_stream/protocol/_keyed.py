"""Which model reads an object that names its own kind: one look into a table, never a trial."""

from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

__all__ = ["UNKNOWN_KIND", "Keyed"]

UNKNOWN_KIND = "unknown_kind"
"""Type of the validation error of an object whose kind is in no table."""


class Keyed:
    """Reads the members of a union by the word that they hold under a key.

    `Annotated[Text | Image | Unknown, Keyed("type")]`: a member whose field is a `Literal` has the
    words of it, the one whose field is any `str` has all others. Without such a member, other
    words are errors of type `UNKNOWN_KIND`.
    """

    def __init__(self, key: str) -> None:
        self.key = key

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        table: dict[str, str] = {}
        choices: dict[Any, CoreSchema] = {}
        other = None
        for member in get_args(source):
            words = _words(member, self.key)
            # In brackets, so that the location of an error tells a kind from a field.
            tag = f"<{words[0] if words else ''}>"
            choices[tag] = handler(member)
            table |= dict.fromkeys(words, tag)
            other = other if words else tag
        return core_schema.tagged_union_schema(
            choices,
            _kind(self.key, table, other),
            custom_error_type=UNKNOWN_KIND,
            custom_error_message="{key} is not known",
            custom_error_context={"key": self.key},
        )


def _words(member: type[BaseModel], key: str) -> tuple[str, ...]:
    return get_args(member.model_fields[key].annotation)


def _kind(key: str, table: dict[str, str], other: str | None) -> Callable[[Any], str | None]:
    def kind(value: Any) -> str | None:
        try:
            word = value.get(key)
        except AttributeError:
            return None
        return table.get(word, other) if isinstance(word, str) else None

    return kind
