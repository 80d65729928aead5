"""One call of the API as data: what to send, and how to read the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from graphwire_core._arguments import KEY_HEADER, Headers, Params, describe, header_fault
from graphwire_core._json import decode_json
from graphwire_core._omit import OMIT
from graphwire_core._reading import Parser
from graphwire_core.errors import InvalidArgumentError

__all__ = ["Operation", "Query", "compact", "query_of"]

T = TypeVar("T")

Query = tuple[tuple[str, str], ...]

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """What one call sends and how its answer is read; built by pure code, sent by the sender."""

    method: str
    path: str
    """Path below the client's URL, each id already quoted."""
    parse: Parser[T]
    """Makes the result of the decoded JSON body and the response's headers."""
    query: Query = ()
    body: Any = OMIT
    """JSON body, `OMIT` for none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = False
    """Whether sending it twice leaves the server as sending it once does."""
    empty_status: int | None = None
    """Error status by which the server says that a list is empty."""
    decode: Callable[[bytes], Any] = decode_json
    """Makes of the body's bytes what `parse` takes; raises `ValueError`."""
    argument: str = ""
    """The argument that is the body as a whole; without one, its keys are arguments."""

    def customized(self, headers: Headers | None, params: Params | None) -> Operation[T]:
        """Add one call's own headers and query parameters; they win over the method's."""
        if not headers and not params:
            return self
        merged = {**{k.lower(): v for k, v in self.headers.items()}, **_checked(headers or {})}
        extra = query_of("params", params or ())
        names = {name for name, _ in extra}
        kept = tuple(pair for pair in self.query if pair[0] not in names)
        return replace(self, headers=merged, query=kept + extra)

    @property
    def target(self) -> str:
        """Path and query as they stand in the request line."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def compact(**keys: Any) -> dict[str, Any]:
    """Keep the keys of a body that were given: neither `None` nor `OMIT`."""
    return {key: value for key, value in keys.items() if value is not None and value is not OMIT}


def query_of(argument: str, params: Params) -> Query:
    """Flatten query parameters: a list repeats its key, booleans are `true` and `false`."""
    flat: list[tuple[str, str]] = []
    for name, value in _pairs(argument, params):
        if not isinstance(name, str):
            raise InvalidArgumentError(argument, "names that are text", describe(name))
        where = f"{argument}.{_text(argument, name)}"
        members: Iterable[Any] = value if isinstance(value, list | tuple) else (value,)
        flat.extend((name, _value(where, member)) for member in members)
    return tuple(flat)


def _pairs(argument: str, params: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(params, Mapping):
        return params.items()
    pairs: list[Any] = list(params) if isinstance(params, list | tuple) else [params]
    if not all(isinstance(pair, list | tuple) and len(pair) == _PAIR for pair in pairs):
        # What came may hold a token, so it is not shown.
        got = f"{type(params).__name__} of another form"
        raise InvalidArgumentError(argument, "a mapping or a list of pairs", got)
    return pairs


def _value(where: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(where, value)


def _text(where: str, value: Any) -> str:
    text = value
    try:
        if isinstance(value, int | float):
            text = str(value)  # an integer may have too many digits to print
        if isinstance(text, str):
            text.encode()
            return text
    except ValueError:
        pass
    raise InvalidArgumentError(where, "text, a number or a list", describe(value))


def _checked(headers: Any) -> dict[str, str]:
    if not isinstance(headers, Mapping):  # its members may be secrets
        raise InvalidArgumentError(
            "headers", "a mapping of names to values", type(headers).__name__
        )
    for name, value in headers.items():
        fault = header_fault(name, value)
        if fault is not None:
            where, expected, got = fault
            raise InvalidArgumentError("headers" + where, expected, got)
        if name.lower() == KEY_HEADER:
            expected = "another header: the key is api_key= of the client or of with_options()"
            raise InvalidArgumentError(f"headers[{name!r}]", expected, "a reserved one")
    return {name.lower(): value.strip(" \t") for name, value in headers.items()}
