"""On whose behalf an in-process call is made, and by which door it enters the server.

The server trusts calls from inside: it does not authenticate them, and where it knows no user, it
applies no rule at all. So who calls is always decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graphwire_core.errors import InvalidArgumentError, NestedCallError
from graphwire_core.in_process import _server as server

__all__ = ["ActingUser", "Door", "Identity", "System", "Whoever", "acting_user", "door_of"]

_DEEPEST: Final = 16
"""Calls inside calls that a server answers; only one that calls itself without end makes more."""

_depth: ContextVar[int] = ContextVar("graphwire_in_process_depth", default=0)


@dataclass(frozen=True, slots=True)
class Whoever:
    """The user of the run or request that the call is made in; else a caller from outside."""

    label = "whoever calls"


@dataclass(frozen=True, slots=True)
class System:
    """The server itself: no rule applies."""

    label = "the system"


@dataclass(frozen=True, slots=True)
class ActingUser:
    """A user that the calling code names."""

    user: Any = field(repr=False)
    permissions: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How the identity is shown: the user's own identity."""
        return repr(_identity_of(self.user))


Identity: TypeAlias = Whoever | System | ActingUser


@dataclass(frozen=True, slots=True)
class Door:
    """How a call enters the server."""

    caller: server.Caller | None
    """Whom the server takes it to be from."""
    root_path: str = server.TRUSTED
    prefix: str = ""
    """Path in front of the request's own."""

    @property
    def trusted(self) -> bool:
        """Whether the server believes who calls; else it authenticates the headers."""
        return self.root_path == server.TRUSTED

    def furnish(self, scope: dict[str, Any]) -> None:
        """Show the caller to routes of a custom application, as the server's middleware would."""
        if self.caller is not None:
            scope["user"] = self.caller.user
            scope["auth"] = server.credentials_of(self.caller.permissions)

    def enter(self) -> None:
        """Become the caller; called in the context of the request alone."""
        _depth.set(_depth.get() + 1)
        server.set_caller(self.caller)


def door_of(identity: Identity) -> Door:
    """Choose the door of a call; to be asked where the call is made.

    Raises:
        NestedCallError: The server has called itself too often inside one request.
    """
    if _depth.get() >= _DEEPEST:
        raise NestedCallError(
            f"In-process calls are nested {_DEEPEST} deep: an authenticator or a rule that calls "
            "its own server is asked about that call again; use client.as_system() there"
        )
    if isinstance(identity, System):
        return Door(None)
    if isinstance(identity, ActingUser):
        return Door(server.Caller(server.normalized(identity.user), identity.permissions))
    known = server.caller()
    if known is not None or not server.authenticates():
        return Door(known)
    return Door(None, root_path="", prefix=server.mount_prefix())


def acting_user(user: object, permissions: Sequence[str] | None) -> ActingUser:
    """Check a user that a caller names.

    Raises:
        InvalidArgumentError: It has no identity, or the permissions are no list of text.
    """
    identity = _identity_of(user)
    if not isinstance(identity, str) or not identity:
        expected = "an identity (str), or a mapping or object with one"
        raise InvalidArgumentError("user", expected, type(user).__name__)
    if permissions is None:
        permissions = _member(user, "permissions") or ()
    if isinstance(permissions, str) or not all(isinstance(one, str) for one in permissions):
        got = type(permissions).__name__
        raise InvalidArgumentError("permissions", "a list of text", got)
    return ActingUser(dict(user) if isinstance(user, Mapping) else user, tuple(permissions))


def _identity_of(user: object) -> object:
    return user if isinstance(user, str) else _member(user, "identity")


def _member(user: object, name: str) -> Any:
    if isinstance(user, Mapping):
        return user.get(name)
    return None if isinstance(user, type) else getattr(user, name, None)
