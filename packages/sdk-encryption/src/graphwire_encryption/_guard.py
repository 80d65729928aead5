"""Calls of handlers, guarded: what they are given, and what they may give back.

Nothing here knows the server. Every function takes plain data and raises an `EncryptionError`
rather than let something through that would be stored in clear, or half.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphwire_encryption._describe import describe
from graphwire_encryption._handlers import PAIRS, Kind, display_name
from graphwire_encryption._request import enter_request
from graphwire_encryption._result import DecryptResult
from graphwire_encryption.exceptions import (
    ConfigurationError,
    ContextError,
    EncryptionError,
    HandlerError,
)

if TYPE_CHECKING:
    from graphwire_encryption._context import EncryptionContext
    from graphwire_encryption._handlers import Handler, Handlers

__all__ = ["call_context", "call_decryptor", "call_encryptor"]

logger = logging.getLogger("graphwire_encryption")

FAILED = "graphwire_context_failed"
"""Marks the context of a request whose context handler failed.

The server goes on with what the request's header says when that handler raises, which would let
a caller choose a tenant by making it fail. So it never raises, and this entry stops encryption.
"""

RESERVED = "__"
"""How the server's own entries begin; one of them would send stored data to another decryptor."""


async def call_context(handler: Handler, user: Any, ctx: EncryptionContext) -> dict[str, Any]:
    """Derive the metadata of a request; on failure, metadata that nothing is encrypted under."""
    try:
        found = _metadata(handler, await handler(user, ctx))
    except Exception as error:  # noqa: BLE001  # whatever it is, encryption has to stop
        logger.error("The context handler failed: %s", describe(error))  # noqa: TRY400  # no locals
        found = {FAILED: type(error).__name__}
    enter_request(found)
    return found


async def call_encryptor(handlers: Handlers, kind: Kind, ctx: EncryptionContext, data: Any) -> Any:
    """Encrypt `data` (`bytes` or `dict`).

    Raises:
        EncryptionError: The handler failed, or what it returned cannot be stored.
    """
    if (reader := PAIRS[kind]) not in handlers:
        raise ConfigurationError(
            f"{kind.value} has a handler and {reader.value} has none: "
            "what it writes could never be read"
        )
    if FAILED in ctx.metadata:
        raise ContextError("the context handler failed for this request: nothing is encrypted")
    _check_metadata(ctx.metadata)
    made = await _call(handlers, kind, ctx, data)
    expected = bytes if kind is Kind.ENCRYPT_BLOB else dict
    _check_type(handlers, kind, made, expected)
    if isinstance(data, dict) and made.keys() != data.keys():
        name = display_name(handlers.get(kind))
        raise HandlerError(
            f"{name}: expected the keys of the data and no others, "
            f"got {len(made.keys() - data.keys())} new and lost {len(data.keys() - made.keys())}"
        )
    return made


async def call_decryptor(
    handlers: Handlers, kind: Kind, ctx: EncryptionContext, data: Any
) -> DecryptResult[Any]:
    """Decrypt `data` (`bytes` or `dict`).

    Raises:
        EncryptionError: The handler failed, or what it returned is not plaintext of this kind.
    """
    made = await _call(handlers, kind, ctx, data)
    result = made if isinstance(made, DecryptResult) else DecryptResult(made)
    expected = bytes if kind is Kind.DECRYPT_BLOB else dict
    _check_type(handlers, kind, result.plaintext, expected)
    if result.replacement is not None:
        _check_type(handlers, kind, result.replacement, expected)
    return result


async def _call(handlers: Handlers, kind: Kind, ctx: EncryptionContext, data: Any) -> Any:
    handler = handlers.get(kind)
    if handler is None:
        raise ConfigurationError(f"no {kind.value} handler is registered")
    try:
        return await handler(ctx, data)
    except EncryptionError:
        raise
    except Exception as error:  # noqa: BLE001  # a stranger's code may raise anything
        problem = f"{display_name(handler)}: {describe(error)}"
    # Raised out here to have no cause: the server logs causes, and they may quote the data.
    raise HandlerError(problem)


def _check_type(handlers: Handlers, kind: Kind, found: object, expected: type) -> None:
    if not isinstance(found, expected):
        name = display_name(handlers.get(kind))
        raise HandlerError(f"{name}: expected {expected.__name__}, got {type(found).__name__}")


def _metadata(handler: Handler, found: object) -> dict[str, Any]:
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise ContextError(
            f"{display_name(handler)}: expected a dict with str keys, got {type(found).__name__}"
        )
    _check_metadata(found)
    return dict(found)


def _check_metadata(metadata: Mapping[str, Any]) -> None:
    if reserved := [key for key in metadata if key.startswith(RESERVED)]:
        raise ContextError(
            f"the context may not hold {reserved[0]!r}: names with two underscores are the server's"
        )
