"""End to end: what a client sends is encrypted before it leaves, and decrypted when it comes back.

The server and its graphs see ciphertext only. This is the client's side; `Encryption` is the
server's, and both may be in use at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from pydantic_core import from_json, to_json

from graphwire_encryption.aesgcm import Cipher, FieldPolicy
from graphwire_encryption.aesgcm._envelope import PREFIX, Purpose, from_text, to_text
from graphwire_encryption.exceptions import (
    AlreadyEncryptedError,
    ConfigurationError,
    DecryptionError,
)
from graphwire_encryption.hooks import hookimpl

if TYPE_CHECKING:
    from graphwire_encryption.aesgcm import KeyProvider, Limits

    class _CodecRegistry(Protocol):
        def add(self, name: str, codec: Any, *, order: int = 0) -> None: ...


__all__ = ["ClientEncryption"]

MARK: Final = "gwc1:"
"""How text begins that a client encrypted; the server's own envelopes begin otherwise."""

Shape: TypeAlias = Literal["keys", "leaves"]


class ClientEncryption:
    """A plugin for a client, and the codec that it registers.

    ```python
    get_client(plugins=[ClientEncryption(LocalKeys.from_environment())])
    ```
    """

    def __init__(
        self,
        keys: KeyProvider,
        *,
        readable: Iterable[str] = (),
        shape: Shape = "keys",
        context: Mapping[str, Any] | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Create it.

        Args:
            keys: Wraps the data keys; one that waits, such as a KMS, holds up the event loop for
                the moment in which a data key is wrapped or unwrapped.
            readable: Keys that stay in clear, at any depth; `*` and `?` match.
            shape: `"keys"` seals the value of each key as a whole; `"leaves"` seals every text and
                number in it, for graphs that need lists and messages to keep their form.
            context: What the ciphertext is bound to, `tenant_id` among it where there are tenants.
            limits: Bounds of the caches of keys and values.

        Raises:
            ConfigurationError: A name or the shape is wrong.
        """
        if shape not in {"keys", "leaves"}:
            raise ConfigurationError(f"shape: expected 'keys' or 'leaves', got {shape!r}")
        self._context = dict(context or {})
        self._cipher = Cipher(keys, bind=self._context, limits=limits)
        self._fields = FieldPolicy(readable=readable)
        self._whole = shape == "keys"

    @hookimpl
    def graphwire_register_codecs(self, registry: _CodecRegistry) -> None:
        """Register the codec; it encodes last, so that no other sees its ciphertext."""
        registry.add("client-encryption", self, order=1000)

    def encode(self, part: str, value: Any) -> Any:
        """Encrypt a part of a body, but for the keys that stay readable.

        Of a run's `config` only `configurable` is encrypted, of a `command` not where it goes: the
        server acts on the rest.

        Raises:
            AlreadyEncryptedError: There is ciphertext in it already.
        """
        if part in {"config", "command"} and isinstance(value, dict):
            return {key: self._setting(part, key, one) for key, one in value.items()}
        return self._object(value)

    def decode(self, part: str, value: Any) -> Any:  # ciphertext moves between parts
        """Decrypt whatever is encrypted in a part of a body; the rest is returned as it is.

        Raises:
            DecryptionError: It was cut or altered, or belongs to another context.
            UnknownKeyError: The key that it was written under is not at hand.
        """
        if isinstance(value, str):
            return self._opened(value) if value.startswith(MARK) else value
        if isinstance(value, list):
            return [self.decode(part, one) for one in value]
        if isinstance(value, dict):
            return {key: self.decode(part, one) for key, one in value.items()}
        return value

    def __repr__(self) -> str:
        return f"ClientEncryption({self._cipher!r})"

    def _setting(self, part: str, key: str, value: Any) -> Any:
        if part == "config":
            return self._object(value) if key == "configurable" else value
        if key == "goto":
            return value
        return self._object(value) if key == "update" else self._sealed(value)

    def _object(self, value: Any) -> Any:
        """Encrypt the members of an object by their keys; anything else as one value."""
        if isinstance(value, list):
            return [self._object(one) for one in value]
        if not isinstance(value, dict):
            return self._sealed(value)
        return {
            key: one if self._fields.stays_readable(key, None, None) else self._member(one)
            for key, one in value.items()
        }

    def _member(self, value: Any) -> Any:
        if self._whole or not isinstance(value, dict | list):
            return self._sealed(value)
        return self._object(value)

    def _sealed(self, value: Any) -> Any:
        if value is None:  # null says that there is nothing, to the server as well
            return None
        if _holds_ciphertext(value):
            raise AlreadyEncryptedError("a value is encrypted already, or looks as if it were")
        envelope = self._cipher.seal_now(to_json(value), Purpose.CLIENT, self._context)
        return MARK + to_text(envelope).removeprefix(PREFIX)

    def _opened(self, text: str) -> Any:
        envelope = from_text(PREFIX + text.removeprefix(MARK))
        plaintext = self._cipher.open_now(envelope, Purpose.CLIENT, self._context).plaintext
        try:
            return from_json(plaintext)
        except ValueError:
            pass
        raise DecryptionError("what was encrypted is not JSON")


def _holds_ciphertext(value: Any) -> bool:
    if isinstance(value, str):
        return value.startswith(MARK)
    members = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return any(map(_holds_ciphertext, members))
