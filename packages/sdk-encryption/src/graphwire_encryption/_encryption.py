"""`Encryption`: the object that a deployment names. It keeps handlers; the server calls them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self, TypeVar

from graphwire_encryption import exceptions as _exceptions
from graphwire_encryption import types as _types
from graphwire_encryption._handlers import Handlers, Kind

if TYPE_CHECKING:
    from graphwire_encryption.types import (
        BlobDecryptor,
        BlobEncryptor,
        ContextHandler,
        JsonDecryptor,
        JsonEncryptor,
    )

__all__ = ["Encryption"]

BlobEncryptorT = TypeVar("BlobEncryptorT", bound="BlobEncryptor")
BlobDecryptorT = TypeVar("BlobDecryptorT", bound="BlobDecryptor")
JsonEncryptorT = TypeVar("JsonEncryptorT", bound="JsonEncryptor")
JsonDecryptorT = TypeVar("JsonDecryptorT", bound="JsonDecryptor")
ContextHandlerT = TypeVar("ContextHandlerT", bound="ContextHandler")


class Encrypt:
    """Decorators that register encryptors."""

    def __init__(self, owner: Encryption) -> None:
        self._owner = owner

    def blob(self, fn: BlobEncryptorT) -> BlobEncryptorT:
        """Register `async (ctx, blob) -> bytes`, for opaque data such as checkpoints."""
        self._owner.register(Kind.ENCRYPT_BLOB, fn)
        return fn

    def json(self, fn: JsonEncryptorT) -> JsonEncryptorT:
        """Register `async (ctx, data) -> dict`; it must keep the keys of `data`."""
        self._owner.register(Kind.ENCRYPT_JSON, fn)
        return fn


class Decrypt:
    """Decorators that register decryptors."""

    def __init__(self, owner: Encryption) -> None:
        self._owner = owner

    def blob(self, fn: BlobDecryptorT) -> BlobDecryptorT:
        """Register `async (ctx, blob) -> bytes | DecryptResult[bytes]`."""
        self._owner.register(Kind.DECRYPT_BLOB, fn)
        return fn

    def json(self, fn: JsonDecryptorT) -> JsonDecryptorT:
        """Register `async (ctx, data) -> dict | DecryptResult[dict]`."""
        self._owner.register(Kind.DECRYPT_JSON, fn)
        return fn


class Encryption:
    """How a deployment encrypts what it stores.

    The server finds it through `LANGGRAPH_ENCRYPTION='{"path": "./encryption.py:encryption"}'`.
    Handlers are async, take two arguments, and there is at most one of each kind. A handler that
    gives back something that cannot be stored makes the request fail; nothing is stored then.
    """

    types = _types
    exceptions = _exceptions
    encrypt: Encrypt
    """Decorators that register encryptors: `@encryption.encrypt.blob`, `.encrypt.json`."""
    decrypt: Decrypt
    """Decorators that register decryptors: `@encryption.decrypt.blob`, `.decrypt.json`."""

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Make the object; inside a LangGraph server, one that the server takes for its own."""
        if "langgraph_api" not in sys.modules:
            return object.__new__(cls)
        from graphwire_encryption._bridge import (  # noqa: PLC0415  # imports the server's SDK
            server_class,
        )

        return object.__new__(server_class(cls))

    def __init__(self) -> None:
        self.handlers = Handlers()
        self.encrypt = Encrypt(self)
        self.decrypt = Decrypt(self)

    def context(self, fn: ContextHandlerT) -> ContextHandlerT:
        """Register `async (user, ctx) -> dict`, which derives the context from the caller.

        What it returns becomes `ctx.metadata` and is stored in clear beside the data. When it
        fails, every encryption of that request is refused.

        Raises:
            DuplicateHandlerError: There is one already.
            RegistrationError: It is not async, or does not take two arguments.
        """
        self.register(Kind.CONTEXT, fn)
        return fn

    def register(self, kind: Kind, handler: Any) -> None:
        """Register a handler of any kind; the decorators end here."""
        self.handlers.add(kind, handler)
        self._publish()

    def to_langgraph(self) -> Any:
        """Make a `langgraph_sdk.Encryption` with these handlers, to have the bridge explicit.

        Nothing can be registered here afterwards.

        Raises:
            ConfigurationError: There is no handler, or an encryptor without its decryptor.
            MissingPackageError: `langgraph-sdk`, which every LangGraph server has, is not there.
        """
        from graphwire_encryption._bridge import (  # noqa: PLC0415  # imports the server's SDK
            to_langgraph,
        )

        return to_langgraph(self)

    def _publish(self) -> None:
        """Tell the server about a change, where there is one."""

    def __repr__(self) -> str:
        kinds = ", ".join(kind.value for kind in self.handlers.kinds())
        return f"Encryption(handlers=[{kinds}])"
