"""The five kinds of handlers, and what is checked when one is registered."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from typing import Any

from graphwire_encryption.exceptions import DuplicateHandlerError, RegistrationError

__all__ = ["Handlers", "Kind", "display_name"]


class Kind(Enum):
    """What a handler does."""

    ENCRYPT_BLOB = "encrypt.blob"
    DECRYPT_BLOB = "decrypt.blob"
    ENCRYPT_JSON = "encrypt.json"
    DECRYPT_JSON = "decrypt.json"
    CONTEXT = "context"


PAIRS = {Kind.ENCRYPT_BLOB: Kind.DECRYPT_BLOB, Kind.ENCRYPT_JSON: Kind.DECRYPT_JSON}
"""What one of these writes, only the other one reads."""

PARAMETERS = {
    Kind.ENCRYPT_BLOB: "(ctx, blob)",
    Kind.DECRYPT_BLOB: "(ctx, blob)",
    Kind.ENCRYPT_JSON: "(ctx, data)",
    Kind.DECRYPT_JSON: "(ctx, data)",
    Kind.CONTEXT: "(user, ctx)",
}

Handler = Callable[..., Any]
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Handlers:
    """At most one handler of each kind."""

    def __init__(self) -> None:
        self._found: dict[Kind, Handler] = {}
        self._closed: str | None = None

    def __contains__(self, kind: Kind) -> bool:
        return kind in self._found

    def get(self, kind: Kind) -> Handler | None:
        """Return the handler of this kind, if there is one."""
        return self._found.get(kind)

    def kinds(self) -> list[Kind]:
        """Return the kinds that have a handler, in the order of `Kind`."""
        return [kind for kind in Kind if kind in self._found]

    def close(self, reason: str) -> None:
        """Refuse further handlers, because nobody would call them."""
        self._closed = reason

    def add(self, kind: Kind, handler: Handler) -> None:
        """Register `handler`.

        Raises:
            DuplicateHandlerError: There is one of this kind already.
            RegistrationError: It is not async, or does not take two arguments.
        """
        name = display_name(handler)
        if self._closed:
            raise RegistrationError(f"{name}: registered too late: {self._closed}")
        if kind in self._found:
            raise DuplicateHandlerError(
                f"{name}: the {kind.value} handler is already {display_name(self._found[kind])}"
            )
        _check(kind, handler, name)
        self._found[kind] = handler

    def missing_reader(self) -> Kind | None:
        """Return the decryptor without which an encryptor's data could never be read."""
        lone = [read for write, read in PAIRS.items() if write in self and read not in self]
        return lone[0] if lone else None


def display_name(handler: object) -> str:
    """Name a handler for a message."""
    name = getattr(handler, "__qualname__", None) or type(handler).__qualname__
    return str(name).replace("<locals>.", "")


def _check(kind: Kind, handler: object, name: str) -> None:
    expected = f"expected `async def {PARAMETERS[kind]}` as the {kind.value} handler"
    if not callable(handler):
        raise RegistrationError(f"{name}: {expected}, got {type(handler).__name__}")
    called = handler if inspect.isroutine(handler) else type(handler).__call__
    if not (inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(called)):
        raise RegistrationError(f"{name}: {expected}, got a function that is not async")
    parameters = inspect.signature(handler).parameters.values()
    positional = [p for p in parameters if p.kind in POSITIONAL]
    if len(positional) != 2:  # noqa: PLR2004  # the context and the data
        raise RegistrationError(f"{name}: {expected}, got {len(positional)} parameters")
    required = [
        p.name
        for p in parameters
        if p.kind is p.KEYWORD_ONLY and p.default is inspect.Parameter.empty
    ]
    if required:
        raise RegistrationError(f"{name}: {expected}, got the keyword {required[0]!r} as well")
