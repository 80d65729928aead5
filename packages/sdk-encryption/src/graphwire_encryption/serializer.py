"""An encrypted serializer for LangGraph checkpointers.

It covers what the server's own hooks do not, such as the checkpoints of the in-memory server:
pass it to a checkpointer as its `serde`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, get_args

from graphwire_encryption.aesgcm._envelope import Purpose
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    ConfigurationError,
    DecryptionError,
    MissingPackageError,
    NotEncryptedError,
)

if TYPE_CHECKING:
    from graphwire_encryption.aesgcm import Cipher

__all__ = ["EncryptedSerializer", "Serializer", "server_context"]

SUFFIX = "+gwe1"
"""What is added to the name of the inner serializer's format."""

Plaintext: TypeAlias = Literal["refuse", "accept"]


class Serializer(Protocol):
    """What LangGraph calls a serializer: objects to typed bytes, and back."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Return the name of a format, and bytes in it."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Return the object."""


def server_context() -> dict[str, Any]:
    """Return the encryption context of the server's current request or run; elsewhere, none."""
    module = sys.modules.get("langgraph_api.encryption.context")
    return dict(module.get_encryption_context()) if module else {}


class EncryptedSerializer:
    """Encrypts what another serializer writes; the name of its format is authenticated as well.

    `context` gives the context for each call: without one, no tenant. `plaintext="accept"` reads
    checkpoints from before encryption. A key provider that is not `immediate` is called in a
    thread and an event loop of its own, while the caller waits.

    Raises:
        ConfigurationError: An argument is wrong.
    """

    def __init__(
        self,
        cipher: Cipher,
        serde: Serializer | None = None,
        *,
        context: Callable[[], Mapping[str, Any]] | None = None,
        plaintext: Plaintext = "refuse",
    ) -> None:
        if plaintext not in get_args(Plaintext):
            raise ConfigurationError(
                f"plaintext: expected one of {get_args(Plaintext)}, got {plaintext!r}"
            )
        self._cipher = cipher
        self._serde = _default_serde() if serde is None else serde
        self._context = context or dict
        self._plaintext = plaintext

    def __repr__(self) -> str:
        return f"EncryptedSerializer({self._cipher!r})"

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Serialize and encrypt; the format's name gets a suffix.

        Raises:
            EncryptionError: There is no key, or the context cannot be used.
        """
        name, data = self._serde.dumps_typed(obj)
        if name.endswith(SUFFIX):
            raise AlreadyEncryptedError("the inner serializer encrypts already")
        # The name decides how bytes become objects, so it has to be inside as well.
        sealed = self._cipher.seal_now(
            name.encode() + b"\0" + data, Purpose.CHECKPOINT, self._context()
        )
        return name + SUFFIX, sealed

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Decrypt and deserialize.

        Raises:
            NotEncryptedError: It is plaintext, and that is not accepted.
            DecryptionError: It was altered, or belongs to another context.
        """
        name, sealed = data
        if not name.endswith(SUFFIX):
            if self._plaintext == "refuse":
                raise NotEncryptedError(
                    f"expected an encrypted checkpoint, got format {name!r:.40}"
                )
            return self._serde.loads_typed(data)
        opened = self._cipher.open_now(bytes(sealed), Purpose.CHECKPOINT, self._context())
        inner, _, plaintext = opened.plaintext.partition(b"\0")
        if inner != name.removesuffix(SUFFIX).encode():
            raise DecryptionError("the name of the checkpoint's format was altered")
        return self._serde.loads_typed((inner.decode(), plaintext))


def _default_serde() -> Serializer:
    try:
        from langgraph.checkpoint.serde.jsonplus import (  # noqa: PLC0415  # only in a LangGraph app
            JsonPlusSerializer,
        )
    except ImportError as error:
        raise MissingPackageError(
            "an encrypted serializer needs langgraph-checkpoint, or another serializer as serde"
        ) from error
    return JsonPlusSerializer()
