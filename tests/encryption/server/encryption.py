"""The ready-made handlers, with the tenant taken from the user and a few keys left readable."""

import os
from typing import Any

from graphwire_encryption import Encryption, EncryptionContext
from graphwire_encryption.aesgcm import AesGcm, FieldPolicy, LocalKeys


def build() -> Encryption:
    encryption = Encryption()
    fields = FieldPolicy(
        readable=["owner", "created_by"], readable_in={"store.value": ["kind"], "thread": ["topic"]}
    )
    isolate = os.environ.get("ISOLATE_TENANTS") == "1"
    AesGcm(LocalKeys.from_environment(), fields=fields, isolate_tenants=isolate).install(encryption)

    @encryption.context
    async def context(user: Any, ctx: EncryptionContext) -> dict[str, Any]:
        if user["org"] is None:
            raise LookupError("a user without a tenant")
        return {"tenant_id": user["org"]}

    return encryption


encryption = build()
