"""End-to-end encryption: the server and its graphs see ciphertext only."""

from __future__ import annotations

from typing import Any

from graphwire import get_client
from graphwire_encryption.aesgcm import LocalKeys
from graphwire_encryption.client import ClientEncryption


async def main(url: str | None = None) -> Any:
    """Run a graph on ciphertext; return what the caller sees."""
    sealed = ClientEncryption(
        LocalKeys.from_environment(), readable=["owner"], context={"tenant_id": "acme"}
    )
    async with get_client(url, plugins=[sealed]) as client:
        thread = await client.threads.create(metadata={"owner": "ada", "note": "secret"})
        return await client.runs.wait(
            thread.thread_id, "echo", input={"payload": {"text": "secret"}}
        )
