"""The types that handlers are written with: values, contexts, users, results."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Literal, Protocol, Required, TypeAlias, TypedDict, runtime_checkable

from graphwire_auth._connection import Connection
from graphwire_auth._context import AuthContext, BaseAuthContext
from graphwire_auth._filters import Filter, FilterDict
from graphwire_auth._markers import on
from graphwire_auth._rules import Handler, HandlerResult
from graphwire_auth._user import StudioUser, User
from graphwire_auth._values import (
    AssistantsCreate,
    AssistantsDelete,
    AssistantsRead,
    AssistantsSearch,
    AssistantsUpdate,
    AssistantsValue,
    AuthValue,
    CronsCreate,
    CronsDelete,
    CronsRead,
    CronsSearch,
    CronsUpdate,
    CronsValue,
    RunsCreate,
    StoreDelete,
    StoreGet,
    StoreListNamespaces,
    StorePut,
    StoreSearch,
    StoreValue,
    ThreadsCreate,
    ThreadsDelete,
    ThreadsRead,
    ThreadsSearch,
    ThreadsUpdate,
    ThreadsValue,
)

__all__ = [
    "AssistantsCreate",
    "AssistantsDelete",
    "AssistantsRead",
    "AssistantsSearch",
    "AssistantsUpdate",
    "AssistantsValue",
    "AuthContext",
    "AuthValue",
    "Authenticator",
    "BaseAuthContext",
    "BaseUser",
    "Connection",
    "CronsCreate",
    "CronsDelete",
    "CronsRead",
    "CronsSearch",
    "CronsUpdate",
    "CronsValue",
    "Filter",
    "FilterDict",
    "FilterType",
    "Handler",
    "HandlerResult",
    "MetadataInput",
    "MinimalUser",
    "MinimalUserDict",
    "Resource",
    "RunsCreate",
    "StoreDelete",
    "StoreGet",
    "StoreListNamespaces",
    "StorePut",
    "StoreSearch",
    "StoreValue",
    "StudioUser",
    "ThreadsCreate",
    "ThreadsDelete",
    "ThreadsRead",
    "ThreadsSearch",
    "ThreadsUpdate",
    "ThreadsValue",
    "User",
    "on",
]

Resource: TypeAlias = Literal["assistants", "threads", "crons", "store"]
"""What rules are about; runs are threads."""
MetadataInput: TypeAlias = dict[str, Any]
FilterType: TypeAlias = Filter | FilterDict
"""A filter, built with `F` or written as the server's dict."""
Authenticator: TypeAlias = Callable[..., "Awaitable[AuthenticatorResult] | AuthenticatorResult"]


@runtime_checkable
class MinimalUser(Protocol):
    """The least that a user object must have."""

    @property
    def identity(self) -> str:
        """Who it is."""
        ...


@runtime_checkable
class BaseUser(Protocol):
    """What every user that a rule gets has: attributes, and access as a mapping."""

    @property
    def identity(self) -> str:
        """Who it is."""
        ...

    @property
    def display_name(self) -> str:
        """A name for people."""
        ...

    @property
    def is_authenticated(self) -> bool:
        """Whether anything was proven."""
        ...

    @property
    def permissions(self) -> Sequence[str]:
        """What the caller may do."""
        ...

    def __getitem__(self, key: str, /) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...


class MinimalUserDict(TypedDict, total=False):
    """A user as a dict; further keys are kept."""

    identity: Required[str]
    display_name: str
    is_authenticated: bool
    permissions: Sequence[str]


AuthenticatorResult: TypeAlias = (
    str | MinimalUser | MinimalUserDict | dict[str, Any] | tuple[Sequence[str], object]
)
"""What an authenticator may return."""
