"""Who calls: the user that an authenticator returns, in a form that a deployment can keep.

The server pickles the caller into every run. A class defined in the file that `langgraph.json`
names lives in a module whose name changes with each process: after a restart it cannot be loaded,
and the in-memory server then drops every thread it had. So what the server gets is always this
`User`, filled with plain data, and rules get the application's own class made from it again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticSerializationError, to_jsonable_python
from typing_extensions import TypeVar

from graphwire_auth.exceptions import AuthError

__all__ = ["StudioUser", "User", "UserT", "as_model", "is_studio_user", "portable"]

Facts = dict[str, Any]
Identity = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class User(BaseModel):
    """The caller. Further facts are kept as they come: `User(identity="ada", org="acme")`.

    Reads as attributes and as a mapping. Frozen, picklable, and its repr shows no further facts.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        protected_namespaces=(),
        validate_by_name=True,
        validate_by_alias=True,
    )

    identity: Identity
    """What rules compare: unique, never empty."""
    display_name: str = ""
    """A name for people; the identity where none is given."""
    is_authenticated: bool = True
    """False for a caller who has proven nothing."""
    permissions: tuple[str, ...] = ()
    """What the caller may do, in words of the application's own."""

    if TYPE_CHECKING:  # further facts are welcome, whatever a checker thinks of extra fields

        def __init__(
            self,
            *,
            identity: str,
            display_name: str = "",
            is_authenticated: bool = True,
            permissions: Sequence[str] = (),
            **facts: Any,
        ) -> None: ...

    def model_post_init(self, _context: Any, /) -> None:
        """Fill in the display name, and refuse an identity that could forge a line of a log."""
        if not self.identity.isprintable() or self.identity != self.identity.strip():
            raise ValueError("identity: expected printable text without spaces around it")
        if not self.display_name:
            self.__dict__["display_name"] = self.identity

    def __getitem__(self, key: str) -> Any:
        return self.dict()[key]

    def __contains__(self, key: object) -> bool:
        return key in self.dict()

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # a mapping iterates over keys
        return iter(self.dict())

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "identity", self.identity
        yield "permissions", self.permissions

    def __str__(self) -> str:
        return self.identity

    def keys(self) -> list[str]:
        """List the facts that are known."""
        return list(self.dict())

    def get(self, key: str, default: Any = None) -> Any:
        """Return the fact under `key`, else `default`."""
        return self.dict().get(key, default)

    def dict(self, **_: Any) -> Facts:
        """Return every fact; the server calls this method by this name."""
        return {name: getattr(self, name) for name in type(self).model_fields} | (
            self.model_extra or {}
        )


# Pickles name the class by this path, so it must stay importable from here for good.
User.__module__ = "graphwire_auth"

UserT = TypeVar("UserT", bound=User, default=User)


class StudioUser(User):
    """A caller that the server let in as LangGraph Studio, without asking the authenticator.

    `is_authenticated` is false where the server checked nothing, as `langgraph dev` does.
    """

    is_authenticated: bool = False


StudioUser.__module__ = "graphwire_auth"


def portable(result: object, model: type[User]) -> User:
    """Make the `User` that the server carries from what an authenticator returned.

    Takes a string, a mapping, an object with `identity`, or `(permissions, user)`.

    Raises:
        AuthError: The result is none of these, or does not fit `model`. No value is quoted.
    """
    facts = _facts(result)
    checked = _validate(facts, model, "the authenticator's user")
    plain = {key: _plain(key, value) for key, value in checked.dict().items()}
    return _validate(plain, User, "the authenticator's user")


def as_model(user: object, model: type[UserT]) -> UserT | StudioUser:
    """Make the application's own user from what the server carries.

    Raises:
        AuthError: The server's user does not fit `model`.
    """
    # A user of ours is never unwrapped: its facts may come from a token, `_user` among them.
    raw = user if isinstance(user, User) else getattr(user, "_user", user)
    if type(raw) is model or isinstance(raw, StudioUser):
        return raw
    if is_studio_user(raw):
        return _validate(_facts(raw), StudioUser, "the Studio user")
    return _validate(_facts(raw), model, "the user")


def is_studio_user(user: object) -> bool:
    """Say whether the server let this user in as Studio, without asking the authenticator."""
    # Told by its class, never by a key: a token could carry any key.
    return isinstance(user, StudioUser) or any(
        base.__name__ == "StudioUser"
        and base.__module__.startswith(("langgraph_sdk", "langgraph_api"))
        for base in type(user).__mro__
    )


def _facts(user: object) -> Facts:
    if isinstance(user, tuple):
        return _from_pair(user)
    if isinstance(user, str):
        return {"identity": user}
    if isinstance(user, BaseModel):
        return user.dict() if isinstance(user, User) else user.model_dump()
    if isinstance(user, Mapping):
        return dict(user)
    if dataclasses.is_dataclass(user) and not isinstance(user, type):
        return {f.name: getattr(user, f.name) for f in dataclasses.fields(user)}
    return _from_object(user)


def _from_pair(pair: tuple[object, ...]) -> Facts:
    try:
        permissions, user = pair
    except ValueError:
        raise AuthError(
            f"the authenticator: expected (permissions, user), got {len(pair)} items"
        ) from None
    return _facts(user) | {"permissions": permissions}


def _from_object(user: object) -> Facts:
    as_dict = None if isinstance(user, type) else getattr(user, "dict", None)
    if callable(as_dict) and isinstance(found := as_dict(), Mapping):
        return dict(found)
    if not hasattr(user, "identity") or isinstance(user, type):
        raise AuthError(
            "the authenticator: expected a string, a mapping, an object with `identity` or a User, "
            f"got {type(user).__name__}"
        )
    known = {n: getattr(user, n) for n in User.model_fields if hasattr(user, n)}
    public = {k: v for k, v in getattr(user, "__dict__", {}).items() if not k.startswith("_")}
    return public | known


def _plain(key: str, value: object) -> Any:
    if isinstance(value, (SecretStr, SecretBytes)):
        # The server stores the caller with every run: a secret put here on purpose would be saved.
        raise AuthError(f"the authenticator's user: {key} is a secret, and users are stored")
    try:
        return to_jsonable_python(value)
    except (PydanticSerializationError, ValueError):
        raise AuthError(
            f"the authenticator's user: {key} is {type(value).__name__}, which cannot be stored; "
            "give plain data"
        ) from None


ModelT = TypeVar("ModelT", bound=User)


def _validate(facts: Facts, model: type[ModelT], what: str) -> ModelT:
    facts = {k: v for k, v in facts.items() if v is not None or k not in _OPTIONAL}
    if isinstance(facts.get("permissions"), (str, bytes)):
        # A string is a sequence of letters: "admin" in "administrator" would hold.
        raise AuthError(f"{what}: permissions must be a list of strings, not one string")
    try:
        return model.model_validate(facts)
    except ValidationError as error:
        faults = ", ".join(
            f"{'.'.join(map(str, e['loc'])) or 'identity'} ({e['type']})" for e in error.errors()
        )
        raise AuthError(f"{what} does not fit {model.__name__}: {faults}") from None


_OPTIONAL = frozenset({"display_name", "permissions", "is_authenticated"})
