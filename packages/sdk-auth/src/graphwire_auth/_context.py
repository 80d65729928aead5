"""What a rule learns about the call it decides: who, and what they want to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from graphwire_auth._user import UserT

__all__ = ["AuthContext", "BaseAuthContext"]


@dataclass(frozen=True, slots=True)
class BaseAuthContext(Generic[UserT]):
    """The caller, wherever one is needed."""

    user: UserT
    """The caller, as `Auth(user_model=...)` says."""
    permissions: Sequence[str]
    """The caller's permissions, a tuple."""


@dataclass(frozen=True, slots=True)
class AuthContext(BaseAuthContext[UserT]):
    """The caller and the call, the `ctx` of every rule."""

    resource: str
    """`assistants`, `threads`, `crons` or `store`; runs are threads."""
    action: str
    """Such as `create`, `read`, `update`, `delete`, `search`, `create_run`, `put`."""
