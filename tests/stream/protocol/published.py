"""The published protocol, field by field, in a form that models can be compared with."""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple, NotRequired, Required, Union, get_args, get_origin
from uuid import UUID

from langchain_protocol import protocol
from pydantic import BaseModel
from typing_extensions import get_type_hints, is_typeddict

from graphwire_stream.protocol import Command

OBJECT = "an object"
"""Stands for every JSON object of free form."""

Models = Mapping[str, type[BaseModel]]
"""Which model a published object has."""

Kind = frozenset[str]
"""What a field may hold: words, names of models, names of JSON types. Null is left out."""


class Field(NamedTuple):
    """A field of an object of the wire."""

    required: bool | None
    """`None` where it may be null, so that leaving it out says the same."""
    kind: Kind


TYPED_DICTS: dict[str, Any] = {
    name: value
    for name, value in vars(protocol).items()
    if is_typeddict(value) and value.__name__ == name
}
"""Every object that the protocol declares, by name."""


def published(name: str, models: Models) -> dict[str, Field]:
    """Return the fields of a published object; `models` says which model each object has here."""
    hints = get_type_hints(TYPED_DICTS[name], vars(protocol), include_extras=True)
    fields = {}
    for field, hint in hints.items():
        origin: Any = get_origin(hint)
        optional = origin is NotRequired
        inner = get_args(hint)[0] if origin in (NotRequired, Required) else hint
        nullable = type(None) in get_args(inner)
        fields[field] = Field(None if nullable else not optional, kind(inner, models))
    return fields


def modelled(model: type[BaseModel]) -> dict[str, Field]:
    """Return the fields of a model by their names on the wire; of a command, those of `params`."""
    outside = {"id", "method"} if issubclass(model, Command) else set()
    return {
        field.serialization_alias or name: Field(field.is_required(), kind(field.annotation, {}))
        for name, field in model.model_fields.items()
        if name not in outside
    }


def kind(hint: Any, models: Models) -> Kind:
    """Say what a type admits, in words that do not depend on how it is written."""
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return frozenset(map(repr, arguments))
    if get_origin(hint) in (Union, types.UnionType):
        members = [kind(member, models) for member in arguments if member is not type(None)]
        return _closed(frozenset().union(*members))
    if hasattr(hint, "__metadata__"):
        return kind(hint.__origin__, models)
    if get_origin(hint) in (list, tuple, Sequence, Collection):
        return frozenset({f"list of {', '.join(sorted(kind(arguments[0], models)))}"})
    return frozenset({_name(hint, models)})


def _closed(words: Kind) -> Kind:
    """Take away what leaves a set of words or models open to new ones."""
    open_end = {word for word in words if word.startswith("Unknown")}
    if any(word.startswith("'") for word in words):
        open_end.add("str")
    return words - open_end


def _name(hint: Any, models: Models) -> str:
    if hint is Any:
        return "anything"
    if get_origin(hint) in (dict, Mapping) or hint in (dict, BaseModel):
        return OBJECT
    if is_typeddict(hint):
        model = models.get(hint.__name__)
        return OBJECT if model is None else model.__name__
    return "str" if hint is UUID else str(hint.__name__)


def differences(name: str, model: type[BaseModel], models: Models) -> set[str]:
    """Say in which fields a model is not what is published."""
    theirs, fields = published(name, models), modelled(model)
    found = {f"{name}.{field} is not here" for field in theirs.keys() - fields.keys()}
    found |= {f"{name}.{field} is not published" for field in fields.keys() - theirs.keys()}
    for field in theirs.keys() & fields.keys():
        required, words = fields[field]
        if theirs[field].required not in (None, required):
            found.add(f"{name}.{field} is {'required' if required else 'optional'}")
        if words != theirs[field].kind:
            more, less = words - theirs[field].kind, theirs[field].kind - words
            signs = [*(f"+{word}" for word in sorted(more)), *(f"-{word}" for word in sorted(less))]
            found.add(f"{name}.{field} is of another kind: {' '.join(signs)}")
    return found
