"""An operation of the caller's own: any endpoint, with the client's transport and credentials."""

from __future__ import annotations

from typing import Any

from graphwire_core._arguments import describe
from graphwire_core._checked import checked
from graphwire_core._omit import OMIT
from graphwire_core._operation import Operation
from graphwire_core._reading import check_type, own_reader
from graphwire_core.errors import InvalidArgumentError

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


@checked
def request(method: str, path: str, *, json: Any = OMIT, output: Any = None) -> Operation[Any]:
    if not method.isascii() or not method.isalpha():
        raise InvalidArgumentError("method", "an HTTP method", describe(method))
    if not path.startswith("/") or path.startswith("//"):
        raise InvalidArgumentError("path", "a path below the client's URL", describe(path))
    if any(char <= " " or char in "?#\x7f" for char in path) or not path.isascii():
        raise InvalidArgumentError("path", "a quoted path without query", describe(path))
    verb = method.upper()
    if output is bytes:
        return Operation(
            verb,
            path,
            _as_is,
            body=json,
            argument="json",
            idempotent=verb in _IDEMPOTENT,
            decode=bytes,
        )
    check_type("output", output)
    parse = own_reader(Any if output is None else output)
    idempotent = verb in _IDEMPOTENT
    return Operation(verb, path, parse, body=json, argument="json", idempotent=idempotent)


def _as_is(body: Any, _: object) -> Any:
    return body
