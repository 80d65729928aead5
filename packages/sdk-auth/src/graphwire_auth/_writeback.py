"""Carry what a rule changed into the dict that the server still holds.

Outside the store, the server keeps references to a few containers inside that dict and reads
nothing else back. So a change inside one of those is made in place, and any other change is an
error: the rule's author believes that it happened.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from graphwire_auth._values import AuthValue
from graphwire_auth.exceptions import IgnoredMutationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Draft"]

Json = dict[str, Any]
ABSENT: Final = object()


class Draft:
    """What a rule works on, beside the dict that the server sent.

    `view` is what the handler gets: a model, or a dict. Contents of the containers that the
    server reads back are shared with it, everything else is a copy.
    """

    def __init__(
        self, call: str, sent: Json, known: type[AuthValue], model: type[AuthValue] | None
    ):
        self._call = call
        self._sent = sent
        self._honoured = known.honoured(sent)
        own = {k: v if k in self._honoured else copy.deepcopy(v) for k, v in sent.items()}
        self.view: Json | AuthValue = own if model is None else model.model_validate(own)
        self._before = {key: self._frozen(key, value) for key, value in self._items().items()}

    def apply(self, *, strict: bool) -> None:
        """Write the changes into the server's dict.

        Raises:
            IgnoredMutationError: `strict`, and something else was changed.
        """
        after = self._items()
        for key in [*self._before, *(k for k in after if k not in self._before)]:
            old, new = self._before.get(key, ABSENT), after.get(key, ABSENT)
            if key in self._honoured:
                self._write(key, old, new, strict=strict)
            elif strict and not _equal(old, new):
                raise IgnoredMutationError(self._complaint(key))

    def _items(self) -> Json:
        view = self.view
        if not isinstance(view, AuthValue):
            return view
        named = view.model_fields_set & type(view).model_fields.keys()
        return {key: _plain(getattr(view, key)) for key in named} | (view.model_extra or {})

    def _frozen(self, key: str, value: Any) -> Any:
        return _shallow(value) if key in self._honoured else copy.deepcopy(value)

    def _write(self, key: str, old: Any, new: Any, *, strict: bool) -> None:
        target = self._sent[key]
        if isinstance(target, dict) and isinstance(new, dict):
            if target is not new and not _equal(old, new):
                _merge(target, new)
        elif self._call.startswith("store.") and new is not ABSENT:
            if not _equal(old, new):
                self._sent[key] = new
        elif strict and not _equal(old, new):
            raise IgnoredMutationError(self._complaint(key))

    def _complaint(self, key: str) -> str:
        read = ", ".join(sorted(self._honoured)) or "nothing"
        return f"{self._call}: the server ignores a change of {key!r}; it reads back {read}"


def _plain(value: Any) -> Any:
    # A subclass of ours may give a container a model of its own.
    return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value


def _shallow(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def _equal(old: Any, new: Any) -> bool:
    return old is new or (type(old) is type(new) and bool(old == new))


def _merge(target: Json, new: Mapping[str, Any]) -> None:
    """Make `target` equal to `new` while it stays the same object, at every level."""
    for key in [key for key in target if key not in new]:
        del target[key]
    for key, value in new.items():
        current = target.get(key)
        if isinstance(current, dict) and isinstance(value, dict):
            if current is not value:
                _merge(current, value)
        else:
            target[key] = value
