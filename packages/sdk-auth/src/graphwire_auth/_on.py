"""The decorators of `auth.on`: which calls a rule decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar, overload

from graphwire_auth import _values as v
from graphwire_auth._rules import Handler, Key
from graphwire_auth.exceptions import RegistrationError

if TYPE_CHECKING:
    from graphwire_auth._auth import Auth

__all__ = ["On"]

H = TypeVar("H", bound=Handler)
Names: TypeAlias = str | Sequence[str] | None


class ActionOn:
    """`@auth.on.threads.create`: one action of one resource."""

    def __init__(self, auth: Auth, resource: str, action: str) -> None:
        self.auth = auth
        self.resource = resource
        self.action = action
        self.value = v.VALUE_MODELS[resource, action]
        """The model of what the rule gets."""

    @overload
    def __call__(self, fn: H) -> H: ...
    @overload
    def __call__(self, fn: None = None) -> Callable[[H], H]: ...
    def __call__(self, fn: H | None = None) -> H | Callable[[H], H]:
        """Register a rule for this action."""
        return _decorate(self.auth, [(self.resource, self.action)], fn)


class ResourceOn:
    """`@auth.on.threads`, or `@auth.on.threads(actions=["create", "update"])`."""

    def __init__(self, auth: Auth, resource: str, value: type[v.AuthValue]) -> None:
        self.auth = auth
        self.resource = resource
        self.value = value
        """The base of the models of this resource."""

    @overload
    def __call__(self, fn: H) -> H: ...
    @overload
    def __call__(
        self, fn: None = None, *, resources: Names = None, actions: Names = None
    ) -> Callable[[H], H]: ...
    def __call__(
        self, fn: H | None = None, *, resources: Names = None, actions: Names = None
    ) -> H | Callable[[H], H]:
        """Register a rule for every action of this resource, or for those in `actions`."""
        if resources is not None and _names("resources", resources) != [self.resource]:
            raise RegistrationError(
                f"auth.on.{self.resource}: resources can only be {self.resource!r} here; "
                "use @auth.on(resources=...) for others"
            )
        wanted = ["*"] if actions is None else _names("actions", actions)
        if actions is not None and "*" in wanted:
            raise RegistrationError(
                f"auth.on.{self.resource}: leave actions out to cover all of them"
            )
        return _decorate(self.auth, [(self.resource, action) for action in wanted], fn)

    def _action(self, action: str) -> ActionOn:
        return ActionOn(self.auth, self.resource, action)


class CrudOn(ResourceOn):
    """A resource with the usual five actions."""

    def __init__(self, auth: Auth, resource: str, value: type[v.AuthValue]) -> None:
        super().__init__(auth, resource, value)
        self.create = self._action("create")
        self.read = self._action("read")
        self.update = self._action("update")
        self.delete = self._action("delete")
        self.search = self._action("search")


class ThreadsOn(CrudOn):
    """Threads, and the runs in them."""

    def __init__(self, auth: Auth) -> None:
        super().__init__(auth, "threads", v.ThreadsValue)
        self.create_run = self._action("create_run")


class StoreOn(ResourceOn):
    """The store: its items and namespaces."""

    def __init__(self, auth: Auth) -> None:
        super().__init__(auth, "store", v.StoreValue)
        self.put = self._action("put")
        self.get = self._action("get")
        self.search = self._action("search")
        self.delete = self._action("delete")
        self.list_namespaces = self._action("list_namespaces")


class On:
    """`auth.on`: rules for all calls, for some, or, one level down, for a resource or an action."""

    # The server lists the calls without a rule by walking these names, so they stay slots.
    __slots__ = ("_auth", "assistants", "crons", "store", "threads", "value")

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self.assistants = CrudOn(auth, "assistants", v.AssistantsValue)
        self.threads = ThreadsOn(auth)
        self.crons = CrudOn(auth, "crons", v.CronsValue)
        self.store = StoreOn(auth)
        self.value = v.AuthValue

    @overload
    def __call__(self, fn: H) -> H: ...
    @overload
    def __call__(
        self, fn: None = None, *, resources: Names = None, actions: Names = None
    ) -> Callable[[H], H]: ...
    def __call__(
        self, fn: H | None = None, *, resources: Names = None, actions: Names = None
    ) -> H | Callable[[H], H]:
        """Register a rule for every call, or for every pair of `resources` and `actions`."""
        pairs = product(
            ["*"] if resources is None else _names("resources", resources),
            ["*"] if actions is None else _names("actions", actions),
        )
        return _decorate(self._auth, list(pairs), fn)

    def __getattr__(self, name: str) -> NoReturn:
        hint = "; runs are authorized by auth.on.threads" if name == "runs" else ""
        raise AttributeError(f"auth.on has no resource {name!r}{hint}")


def _decorate(auth: Auth, keys: list[Key], fn: H | None) -> H | Callable[[H], H]:
    def decorate(handler: H) -> H:
        auth.register(keys, handler)
        return handler

    return decorate if fn is None else decorate(fn)


def _names(argument: str, found: Any) -> list[str]:
    names = [found] if isinstance(found, str) else found
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise RegistrationError(f"{argument}: expected a name or a list of names, got {found!r}")
    if not names:
        raise RegistrationError(f"{argument}: expected at least one name, got an empty list")
    if len(set(names)) < len(names):
        raise RegistrationError(f"{argument}: a name is listed twice in {list(names)}")
    return list(names)
