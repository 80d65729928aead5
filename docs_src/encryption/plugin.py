from collections.abc import Mapping
from typing import Any

from graphwire_encryption import Encryption, EncryptionContext
from graphwire_encryption.aesgcm import Key, KeyRing, LocalKeys
from graphwire_encryption.hooks import KeyProviderRegistry, hookimpl


def from_two_variables(environ: Mapping[str, str]) -> LocalKeys:
    key = Key.from_text(environ["ACME_KEY_ID"], environ["ACME_KEY"])
    return LocalKeys(KeyRing([key]))


@hookimpl
def graphwire_register_key_providers(registry: KeyProviderRegistry) -> None:
    registry.add("acme", from_two_variables)


@hookimpl
def graphwire_encryption_handlers(encryption: Encryption) -> None:
    @encryption.context
    async def tenant(user: Any, _ctx: EncryptionContext) -> dict[str, Any]:
        return {"tenant_id": user.department}
