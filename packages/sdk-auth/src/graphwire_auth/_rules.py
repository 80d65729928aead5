"""A rule: an authorization handler, checked when it is registered, and the value it asked for."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphwire_auth._filters import Filter, FilterDict
from graphwire_auth._values import ACTIONS, VALUE_MODELS, AuthValue
from graphwire_auth.exceptions import RegistrationError

__all__ = ["Handler", "HandlerResult", "Rule", "display_name", "is_async"]

HandlerResult: TypeAlias = bool | Filter | FilterDict | None
Handler: TypeAlias = Callable[..., Awaitable[HandlerResult]]
Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One handler under one `(resource, action)`, either of which may be `"*"`."""

    resource: str
    action: str
    handler: Handler
    models: Mapping[Key, type[AuthValue]] | None
    """The value model per call; `None` for a handler that takes the dict."""

    @classmethod
    def of(cls, resource: str, action: str, handler: Handler) -> Rule:
        """Check the handler and make its rule.

        Raises:
            RegistrationError: The handler is not async, or cannot be called with `ctx` and
                `value`, or its value's annotation does not fit the call.
        """
        name = display_name(handler)
        if not is_async(handler):
            raise RegistrationError(f"{name}: a rule must be `async def`, so that it never blocks")
        _check_parameters(name, handler)
        models = _models(name, covered(resource, action), _annotation(name, handler))
        return cls(resource, action, handler, models)

    @property
    def name(self) -> str:
        """The handler's name, for messages."""
        return display_name(self.handler)


def covered(resource: str, action: str) -> list[Key]:
    """List the calls that a rule under these names may be asked about."""
    return [
        (r, a)
        for r, actions in ACTIONS.items()
        for a in actions
        if resource in ("*", r) and action in ("*", a)
    ]


def display_name(handler: object) -> str:
    """Name a handler as its author would."""
    return getattr(handler, "__name__", None) or type(handler).__name__


def is_async(handler: object) -> bool:
    """Say whether calling `handler` gives an awaitable, for functions and callable objects."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(type(handler), "__call__", None)  # noqa: B004  # asks what calling it returns
    )


def _check_parameters(name: str, handler: Handler) -> None:
    parameters = inspect.signature(handler).parameters
    for wanted, what in (("ctx", "who calls and what for"), ("value", "what the call carries")):
        found = parameters.get(wanted)
        if found is None or found.kind in _UNNAMED:
            raise RegistrationError(f"{name}: a rule needs a parameter `{wanted}`: {what}")
    for parameter in parameters.values():
        required = parameter.default is parameter.empty and parameter.kind not in _VARIADIC
        if required and parameter.name not in ("ctx", "value"):
            raise RegistrationError(
                f"{name}: a rule is called with `ctx` and `value` only; "
                f"`{parameter.name}` would have no value"
            )


_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_UNNAMED = (*_VARIADIC, inspect.Parameter.POSITIONAL_ONLY)


def _annotation(name: str, handler: Handler) -> Any:
    function = handler if inspect.isroutine(handler) else getattr(handler, "func", handler)
    if not inspect.isroutine(function):
        function = type(function).__call__
    function = inspect.unwrap(function)
    found = getattr(function, "__annotations__", {}).get("value", Any)
    if not isinstance(found, str):
        return found
    scope = inspect.getclosurevars(function).nonlocals
    try:
        # Only this annotation: those of other parameters may be there for a type checker alone.
        holder = types.SimpleNamespace(__annotations__={"value": found})
        return typing.get_type_hints(holder, getattr(function, "__globals__", {}), dict(scope))[
            "value"
        ]
    except Exception as error:
        raise RegistrationError(
            f"{name}: the annotation of `value`, {found!r}, cannot be resolved; import it at run "
            "time, or leave it out to get a dict"
        ) from error


def _models(name: str, calls: list[Key], annotation: Any) -> dict[Key, type[AuthValue]] | None:
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    parts = typing.get_args(annotation) if union else (annotation,)
    wanted = [p for p in parts if isinstance(p, type) and issubclass(p, AuthValue)]
    if not wanted:
        return None
    if len(wanted) < len(parts):
        raise RegistrationError(f"{name}: annotate `value` with models or with dict, not with both")
    return {call: _model(name, call, wanted) for call in calls}


def _model(name: str, call: Key, wanted: list[type[AuthValue]]) -> type[AuthValue]:
    sent = VALUE_MODELS[call]
    for model in wanted:
        if issubclass(model, sent):
            return model
    if any(issubclass(sent, model) for model in wanted):
        return sent
    raise RegistrationError(
        f"{name}: annotates `value` with {' | '.join(m.__name__ for m in wanted)}, but would also "
        f"be asked about {'.'.join(call)}, whose value is {sent.__name__}"
    )
