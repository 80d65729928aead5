"""What a LangGraph server tells the function that builds a graph, and the decorator to ask for it.

```python
@graph_factory
def make_graph(runtime: ServerRuntime[MyContext]) -> StateGraph: ...
```

The server calls a factory not only to execute a run, but to read a thread's state and the schemas
of an assistant too. `langgraph.json` names the factory where it would name a graph.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
)

from pydantic import TypeAdapter, ValidationError

from graphwire_core._arguments import describe
from graphwire_core._reading import adapter, check_type
from graphwire_core.errors import ConfigurationError, InvalidArgumentError

if TYPE_CHECKING:
    from langgraph.store.base import BaseStore

__all__ = [
    "AccessContext",
    "ExecutionRuntime",
    "ReadRuntime",
    "RuntimeUser",
    "ServerRuntime",
    "graph_factory",
]

AccessContext: TypeAlias = Literal[
    "threads.create_run", "threads.update", "threads.read", "assistants.read"
]
"""Why the server builds a graph: to execute it, to write or read a state, to describe it."""

ContextT = TypeVar("ContextT")
G = TypeVar("G")


class RuntimeUser(Protocol):
    """The caller, as the server carries what its authenticator returned."""

    @property
    def identity(self) -> str:
        """Who it is."""

    @property
    def display_name(self) -> str:
        """Its name for people."""

    @property
    def is_authenticated(self) -> bool:
        """Whether it has proven who it is."""

    def __getitem__(self, key: str) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class ServerRuntime(Generic[ContextT]):
    """What a graph factory is told; an `ExecutionRuntime` or a `ReadRuntime`.

    The graph must have the same nodes, edges and state whatever the reason for building it; what
    only an execution needs, such as connections, belongs behind `execution_runtime`.
    """

    access_context: AccessContext
    """Why the graph is built."""
    user: RuntimeUser | None = None
    """The caller; `None` where the server knows none, as at its start."""
    store: BaseStore
    """The store of the server."""

    @property
    def execution_runtime(self) -> ExecutionRuntime[ContextT] | None:
        """This, where the graph is executed; else `None`."""
        return self if isinstance(self, ExecutionRuntime) else None

    def ensure_user(self) -> RuntimeUser:
        """Return the caller.

        Raises:
            PermissionError: There is none, or none that the server has authenticated.
        """
        if self.user is None or not self.user.is_authenticated:
            raise PermissionError(
                f"No authenticated user in {self.access_context}: the server has no custom "
                "authentication, or builds the graph for itself"
            )
        return self.user


@dataclass(frozen=True, kw_only=True)
class ExecutionRuntime(ServerRuntime[ContextT]):
    """The runtime of a graph that is executed (`threads.create_run`)."""

    context: ContextT
    """The context that the run was started with, validated as the factory's annotation says."""


@dataclass(frozen=True, kw_only=True)
class ReadRuntime(ServerRuntime[ContextT]):
    """The runtime of a graph that is built to read or write a state, or to be described."""


def graph_factory(function: Callable[..., G]) -> Callable[..., G]:
    """Make a graph factory of the server of a function.

    It takes a parameter annotated `ServerRuntime` or `ServerRuntime[Context]`, one for the run's
    config, both or none. It returns a graph, a coroutine or a context manager of one.

    Raises:
        ConfigurationError: Its parameters are others.
    """
    name = getattr(function, "__qualname__", type(function).__name__)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise ConfigurationError(
            f"graph_factory {name}: expected a function that returns a graph, got a generator; "
            "decorate it with @contextmanager or @asynccontextmanager first"
        )
    wanted = _wanted(name, function)

    def factory(config: Any = None, runtime: Any = None) -> G:
        given = {"config": config}
        if "runtime" in wanted:
            given["runtime"] = _own(runtime, wanted["runtime"].context)
        return function(**{one.name: given[kind] for kind, one in wanted.items()})

    # The server reads these: a name in text is looked up among its own types first.
    factory.__annotations__ = {"config": "object", "runtime": "ServerRuntime"}
    factory.__name__, factory.__qualname__ = name.rpartition(".")[2], name
    factory.__module__, factory.__doc__ = function.__module__, function.__doc__
    return factory


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    context: TypeAdapter[Any] | None = None
    """Of a runtime: what validates its context."""


_Kind: TypeAlias = Literal["config", "runtime"]


def _wanted(name: str, function: Callable[..., Any]) -> dict[_Kind, _Parameter]:
    """Find out which parameter is which."""
    wanted: dict[_Kind, _Parameter] = {}
    for parameter in inspect.signature(function).parameters.values():
        hint = _resolved(function, parameter.annotation)
        kind: _Kind = "runtime" if _is_runtime(parameter, hint) else "config"
        if kind in wanted or parameter.kind not in {
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        }:
            raise ConfigurationError(
                f"graph_factory {name}: expected at most two parameters, a runtime annotated "
                f"graphwire_core.runtime.ServerRuntime and a config, got {str(parameter)!r}"
            )
        if kind == "config" and parameter.name == "runtime":
            raise ConfigurationError(
                f"graph_factory {name}: runtime: expected graphwire_core.runtime.ServerRuntime, "
                f"got {describe(hint)}"
            )
        wanted[kind] = _Parameter(parameter.name, _context_of(hint))
    return wanted


def _resolved(function: Callable[..., Any], text: Any) -> Any:
    """Return what an annotation stands for; one that nothing is known about stays text."""
    if not isinstance(text, str):
        return text
    scope = getattr(inspect.unwrap(function), "__globals__", {})
    try:  # ServerRuntime may be imported for type checkers only
        return eval(text, scope, {"ServerRuntime": ServerRuntime})  # noqa: S307  # as Python does
    except Exception as error:
        if "ServerRuntime" not in text:
            return text
        raise ConfigurationError(
            f"graph_factory: the annotation {text!r} stands for nothing: {error}"
        ) from error


def _is_runtime(parameter: inspect.Parameter, hint: Any) -> bool:
    if hint is parameter.empty:
        return parameter.name == "runtime"
    return hint is ServerRuntime or get_origin(hint) is ServerRuntime


def _context_of(hint: Any) -> TypeAdapter[Any] | None:
    arguments: Iterable[Any] = get_args(hint) if get_origin(hint) is ServerRuntime else ()
    for argument in arguments:
        if argument is not Any and not isinstance(argument, TypeVar):
            check_type("runtime: ServerRuntime[...]", argument)
            return adapter(argument)
    return None


def _own(runtime: Any, context: TypeAdapter[Any] | None) -> ServerRuntime[Any]:
    """Make our runtime of the server's."""
    if isinstance(runtime, ServerRuntime):
        return runtime
    facts = {"access_context": runtime.access_context, "user": runtime.user, "store": runtime.store}
    if runtime.access_context != "threads.create_run":
        return ReadRuntime(**facts)
    return ExecutionRuntime(**facts, context=_validated(runtime.context, context))


def _validated(context: Any, wanted: TypeAdapter[Any] | None) -> Any:
    if wanted is None:
        return context
    try:
        return wanted.validate_python({} if context is None else context)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(["context", *map(str, first["loc"])])
        raise InvalidArgumentError(where, first["msg"], type(context).__name__) from None
