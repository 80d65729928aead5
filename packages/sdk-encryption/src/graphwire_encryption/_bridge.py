"""Make an `Encryption` that the real server takes for its own.

The server asks `isinstance(x, langgraph_sdk.Encryption)`, then reads a few attributes whose names
are a contract between it and its SDK. Both ways here answer truthfully: a class that derives from
both (made when the server is running), or the SDK's own object with our handlers in it.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from graphwire_encryption._context import EncryptionContext
from graphwire_encryption._guard import call_context, call_decryptor, call_encryptor
from graphwire_encryption._handlers import Kind
from graphwire_encryption.exceptions import ConfigurationError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from graphwire_encryption._encryption import Encryption

__all__ = ["server_class", "to_langgraph"]

EncryptionT = TypeVar("EncryptionT", bound="Encryption")

ATTRIBUTES = {
    Kind.ENCRYPT_BLOB: "_blob_encryptor",
    Kind.DECRYPT_BLOB: "_blob_decryptor",
    Kind.ENCRYPT_JSON: "_json_encryptor",
    Kind.DECRYPT_JSON: "_json_decryptor",
    Kind.CONTEXT: "_context_handler",
}
"""Where the server looks for a handler."""


def server_class(base: type[EncryptionT]) -> type[EncryptionT]:
    """Derive a class from `base`, an `Encryption`, and from the server's `Encryption`."""
    if base not in _derived:
        _derived[base] = _derive(base)
    derived: type[EncryptionT] = _derived[base]
    return derived


_derived: dict[type[Any], type[Any]] = {}


def _derive(base: type[Any]) -> type[Any]:
    server_encryption = _server_encryption()
    if issubclass(base, server_encryption):
        return base

    def __init__(self: Any, *args: Any, **options: Any) -> None:  # noqa: N807  # put on a class
        for attribute in ATTRIBUTES.values():
            setattr(self, attribute, None)
        base.__init__(self, *args, **options)

    return type(
        base.__name__,
        (base, server_encryption),
        {
            "__init__": __init__,
            "__module__": base.__module__,
            "__qualname__": base.__qualname__,
            "_publish": _publish,
        },
    )


def to_langgraph(encryption: Encryption) -> Any:
    """Make a plain `langgraph_sdk.Encryption` that runs the handlers of `encryption`."""
    if not encryption.handlers.kinds():
        raise ConfigurationError("to_langgraph(): no handler is registered")
    if missing := encryption.handlers.missing_reader():
        raise ConfigurationError(
            f"to_langgraph(): no {missing.value} handler: what is written could never be read"
        )
    server_encryption = _server_encryption()
    encryption.handlers.close("to_langgraph() was called before")
    with warnings.catch_warnings():
        # It tells that the server's side is in beta, once per process; our pages tell it too.
        warnings.simplefilter("ignore")
        made = server_encryption()
    for kind in encryption.handlers.kinds():
        setattr(made, ATTRIBUTES[kind], _wrapped(encryption, kind))
    return made


def _publish(self: Any) -> None:
    """Write our handlers where the server looks for them."""
    for kind in self.handlers.kinds():
        setattr(self, ATTRIBUTES[kind], _wrapped(self, kind))


def _server_encryption() -> Any:
    try:
        from langgraph_sdk import (  # noqa: PLC0415  # never outside a server
            Encryption as ServerEncryption,
        )
    except ImportError as error:
        raise MissingPackageError(
            "to_langgraph() needs langgraph-sdk, which every LangGraph server has"
        ) from error
    return ServerEncryption


def _wrapped(encryption: Encryption, kind: Kind) -> Callable[[Any, Any], Awaitable[Any]]:
    handlers = encryption.handlers

    async def context(user: Any, ctx: Any) -> Any:
        # The server wraps what the authenticator returned; handlers want their own object.
        handler = handlers.get(Kind.CONTEXT)
        return await call_context(handler, getattr(user, "_user", user), _own(ctx))  # type: ignore[arg-type]

    async def encryptor(ctx: Any, data: Any) -> Any:
        return await call_encryptor(handlers, kind, _own(ctx), data)

    async def decryptor(ctx: Any, data: Any) -> Any:
        result = await call_decryptor(handlers, kind, _own(ctx), data)
        if result.replacement is None:
            return result.plaintext
        return _server_result(result.plaintext, result.replacement)

    if kind is Kind.CONTEXT:
        return context
    return encryptor if kind in (Kind.ENCRYPT_BLOB, Kind.ENCRYPT_JSON) else decryptor


def _own(ctx: Any) -> EncryptionContext:
    return EncryptionContext(model=ctx.model, field=ctx.field, metadata=dict(ctx.metadata or {}))


def _server_result(plaintext: Any, replacement: Any) -> Any:
    try:
        from langgraph_sdk import (  # noqa: PLC0415  # never outside a server
            DecryptResult as ServerResult,
        )
    except ImportError:  # a server from before replacements has no use for one
        return plaintext
    return ServerResult(plaintext, replacement)
