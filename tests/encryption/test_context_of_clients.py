"""`encryption_context=` of a client, and of a variant of it, reaches the server's handlers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.encryption.conftest import K1, EncryptingServer

from graphwire import get_client
from graphwire.errors import InternalServerError

PATH = "graphwire_encryption.deployment:encryption"
ENVIRONMENT = {
    "GRAPHWIRE_ENCRYPTION_READABLE": "owner, created_by",
    "GRAPHWIRE_ENCRYPTION_TENANT": "header",
    "GRAPHWIRE_PLUGINS": "",
}
AS_ADA = {"authorization": "Bearer ada@acme"}


async def test_the_tenant_that_a_client_names_is_the_one_that_data_is_stored_for(
    tmp_path: Path,
) -> None:
    with EncryptingServer(tmp_path, f"k1:{K1}", path=PATH, environment=ENVIRONMENT) as server:
        async with get_client(
            server.url, headers=AS_ADA, encryption_context={"tenant_id": "acme"}
        ) as client:
            other = client.with_options(encryption_context={"tenant_id": "other"})
            for named, sender in (("acme", client), ("other", other)):
                thread = await sender.threads.create(metadata={"note": "plain-context-text"})
                assert (await sender.threads.get(thread.thread_id)).metadata["note"] == (
                    "plain-context-text"
                )
                kept: Any = await client.request(
                    "GET", f"/internal/debug/thread/{thread.thread_id}"
                )
                assert kept["metadata"]["__encryption_context__"] == {"tenant_id": named}
                assert "plain-context-text" not in json.dumps(kept["metadata"])


@pytest.mark.parametrize("tenant", [5, ""])
async def test_a_tenant_that_is_none_stores_nothing(tmp_path: Path, tenant: Any) -> None:
    with EncryptingServer(tmp_path, f"k1:{K1}", path=PATH, environment=ENVIRONMENT) as server:
        async with get_client(
            server.url, headers=AS_ADA, encryption_context={"tenant_id": tenant}
        ) as client:
            with pytest.raises(InternalServerError):
                await client.threads.create(metadata={"note": "plain-context-text"})
            assert await client.threads.count() == 0
