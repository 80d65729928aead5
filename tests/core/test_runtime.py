"""Graph factories: which parameters they may have, and what they are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypedDict

import pytest
from langgraph.store.memory import InMemoryStore
from langgraph_sdk.runtime import ServerRuntime as TheirRuntime
from langgraph_sdk.runtime import _ExecutionRuntime, _ReadRuntime
from pydantic import BaseModel

from graphwire.errors import ConfigurationError, InvalidArgumentError
from graphwire.runtime import ExecutionRuntime, ReadRuntime, ServerRuntime, graph_factory

STORE = InMemoryStore()
ADA: Any = SimpleNamespace(identity="ada", is_authenticated=True)
GUEST: Any = SimpleNamespace(identity="", is_authenticated=False)


class Tenant(BaseModel):
    name: str


@dataclass
class Seats:
    seats: int = 1


class Words(TypedDict, total=False):
    word: str


def executing(context: Any = None, user: Any = ADA) -> Any:
    return _ExecutionRuntime(
        access_context="threads.create_run", user=user, store=STORE, context=context
    )


def reading() -> Any:
    return _ReadRuntime(access_context="threads.read", user=ADA, store=STORE)


def told(function: Any, runtime: Any, config: Any = None) -> Any:
    """Call a factory as the server does: both by keyword."""
    return graph_factory(function)(config=config, runtime=runtime)


def test_a_factory_is_told_what_it_asks_for() -> None:
    def both(settings: dict[str, Any], runtime: ServerRuntime[Any]) -> Any:
        return settings, runtime.access_context

    def swapped(runtime: ServerRuntime, config: Any) -> Any:  # type: ignore[type-arg]
        return config, runtime.access_context

    def alone(anything: ServerRuntime[Any]) -> Any:
        return anything.user

    def config_only(config: Any) -> Any:
        return config

    def bare(runtime) -> Any:  # type: ignore[no-untyped-def]
        return type(runtime)

    assert told(both, reading(), {"a": 1}) == ({"a": 1}, "threads.read")
    assert told(swapped, reading(), {"a": 1}) == ({"a": 1}, "threads.read")
    assert told(alone, reading()) is ADA
    assert told(config_only, reading(), {"a": 1}) == {"a": 1}
    assert told(bare, executing()) is ExecutionRuntime
    assert told(lambda: "nothing", reading()) == "nothing"


def test_only_an_execution_has_an_execution_runtime() -> None:
    def make(runtime: ServerRuntime[Any]) -> ServerRuntime[Any]:
        return runtime

    execution, read = told(make, executing({"a": 1})), told(make, reading())
    assert isinstance(read, ReadRuntime)
    assert read.execution_runtime is None
    assert not hasattr(read, "context")
    assert execution.execution_runtime is execution
    assert execution.context == {"a": 1}
    assert execution.store is STORE
    with pytest.raises(AttributeError):
        execution.user = None


def test_the_context_is_what_the_annotation_says() -> None:
    def tenant(runtime: ServerRuntime[Tenant]) -> Any:
        return runtime.execution_runtime and runtime.execution_runtime.context

    def seats(runtime: ServerRuntime[Seats]) -> Any:
        return runtime.execution_runtime and runtime.execution_runtime.context

    def words(runtime: ServerRuntime[Words]) -> Any:
        return runtime.execution_runtime and runtime.execution_runtime.context

    assert told(tenant, executing({"name": "acme"})) == Tenant(name="acme")
    assert told(tenant, executing(Tenant(name="acme"))) == Tenant(name="acme")
    assert told(seats, executing({"seats": "3"})) == Seats(3)
    assert told(seats, executing()) == Seats(1)
    assert told(words, executing({"word": "hi"})) == {"word": "hi"}
    assert told(tenant, reading()) is None


def test_a_context_that_does_not_fit_says_where_and_shows_no_value() -> None:
    def tenant(runtime: ServerRuntime[Tenant]) -> None: ...

    with pytest.raises(InvalidArgumentError, match=r"context\.name: expected .*string") as caught:
        told(tenant, executing({"name": ["s3cret"]}))
    assert "s3cret" not in str(caught.value)
    with pytest.raises(InvalidArgumentError, match=r"context\.name: expected Field required"):
        told(tenant, executing())


@pytest.mark.parametrize("user", [None, GUEST])
def test_a_user_who_is_nobody_cannot_be_ensured(user: Any) -> None:
    def who(runtime: ServerRuntime[Any]) -> str:
        return runtime.ensure_user().identity

    assert told(who, executing()) == "ada"
    with pytest.raises(PermissionError, match=r"No authenticated user in threads\.create_run"):
        told(who, executing(user=user))


async def test_coroutines_and_context_managers_are_returned_as_they_are() -> None:
    @graph_factory
    async def later(runtime: ServerRuntime[Any]) -> str:
        return runtime.access_context

    @graph_factory
    @asynccontextmanager
    async def managed(runtime: ServerRuntime[Seats]) -> AsyncIterator[str]:
        yield runtime.access_context

    assert await later(config={}, runtime=reading()) == "threads.read"
    async with managed(config={}, runtime=reading()) as found:
        assert found == "threads.read"
    own = ReadRuntime[Any](access_context="assistants.read", store=STORE)
    assert await later(runtime=own) == "assistants.read"


def test_the_server_recognises_the_factory_by_its_annotations() -> None:
    def make_graph(runtime: ServerRuntime[Any]) -> None:
        """Make it."""

    made = graph_factory(make_graph)
    assert made.__annotations__ == {"config": "object", "runtime": "ServerRuntime"}
    assert (made.__name__, made.__doc__, made.__module__) == ("make_graph", "Make it.", __name__)


def three(config: Any, runtime: ServerRuntime[Any], more: Any) -> None: ...
def two_configs(config: Any, other: Any) -> None: ...
def theirs(runtime: TheirRuntime) -> None: ...  # type: ignore[type-arg]
def splat(*runtime: Any) -> None: ...
def execution(runtime: ExecutionRuntime[Any]) -> None: ...
def unknown(runtime: ServerRuntime[Nothing]) -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize("function", [three, two_configs, theirs, splat, execution, unknown])
def test_other_parameters_are_refused_at_the_decorator(function: Any) -> None:
    with pytest.raises(ConfigurationError, match="graph_factory"):
        graph_factory(function)


def test_a_generator_is_told_from_a_context_manager() -> None:
    def generator(runtime: ServerRuntime[Any]) -> Iterator[str]:
        yield "graph"

    with pytest.raises(ConfigurationError, match="got a generator; decorate it with"):
        graph_factory(generator)
