from typing import Any

from graphwire_encryption import Encryption, EncryptionContext
from graphwire_encryption.aesgcm import AesGcm, FieldPolicy, LocalKeys

encryption = Encryption()

fields = FieldPolicy(
    readable=["owner"],  # everywhere: what access rules filter by
    readable_in={"store.value": ["kind"], "thread.metadata": ["topic"]},
)
AesGcm(LocalKeys.from_environment(), fields=fields).install(encryption)


@encryption.context
async def tenant(user: Any, _ctx: EncryptionContext) -> dict[str, Any]:
    return {"tenant_id": user["org"]}
