"""The rules of one `Auth`: kept, checked against each other, found for a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphwire_auth._rules import Handler, Key, Rule, display_name
from graphwire_auth._values import ACTIONS
from graphwire_auth.exceptions import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Registry"]


class Registry:
    """Rules by `(resource, action)`; at most one under each key."""

    def __init__(self) -> None:
        self._rules: dict[Key, Rule] = {}
        self._closed: str | None = None

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def close(self, reason: str) -> None:
        """Refuse further rules, because nobody would ask them."""
        self._closed = reason

    def add(self, keys: Iterable[Key], handler: Handler) -> None:
        """Register `handler` under every key, or under none when one of them is wrong.

        Raises:
            RegistrationError: A name is unknown, a key is taken, or the handler is not a rule.
        """
        self.check_open(handler)
        keys = list(keys)
        for key in keys:
            check_names(display_name(handler), *key)
            if taken := self._rules.get(key):
                raise RegistrationError(
                    f"{display_name(handler)}: {_spell(key)} already has the rule {taken.name}"
                )
        self._rules.update({key: Rule.of(*key, handler) for key in keys})

    def check_open(self, handler: object) -> None:
        """Raise when nothing can be registered any more."""
        if self._closed:
            raise RegistrationError(f"{display_name(handler)}: registered too late: {self._closed}")

    def find(self, resource: str, action: str) -> Rule | None:
        """Return the most specific rule for a call: exact, resource, action, global."""
        for key in ((resource, action), (resource, "*"), ("*", action), ("*", "*")):
            if rule := self._rules.get(key):
                return rule
        return None

    def decides_all(self, uncovered: str) -> bool:
        """Say whether a call without a rule of its own is decided here as well."""
        return ("*", "*") in self._rules or (bool(self._rules) and uncovered == "deny")


def check_names(name: str, resource: str, action: str) -> None:
    """Raise a `RegistrationError` for a resource or an action that the server never asks about."""
    if resource != "*" and resource not in ACTIONS:
        hint = "; runs are authorized as threads" if resource == "runs" else ""
        raise RegistrationError(
            f"{name}: {resource!r} is not a resource; expected one of {', '.join(ACTIONS)}{hint}"
        )
    known = ACTIONS.get(resource) or tuple({a: 0 for each in ACTIONS.values() for a in each})
    if action != "*" and action not in known:
        of = f" of {resource}" if resource != "*" else ""
        raise RegistrationError(
            f"{name}: {action!r} is not an action{of}; expected one of {', '.join(known)}"
        )


def _spell(key: Key) -> str:
    return "every call" if key == ("*", "*") else ".".join(key)
