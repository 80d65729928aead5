"""Create clients: options as keywords, a variant of a client, the end of one."""

from __future__ import annotations

from graphwire import Retry, Timeout, get_sync_client


def main(url: str) -> list[str]:
    """Return the repr of each client."""
    with get_sync_client(
        url,
        api_key="secret",
        headers={"x-tenant": "acme"},
        timeout=Timeout(connect=2, read=60),
        retry=Retry(attempts=5),
    ) as client:
        # The same connections, another header, no retries.
        patient = client.with_options(headers={"x-purpose": "report"}, retry=None)
        patient.server.ok()
        return [repr(client), repr(patient), repr(client.settings)]
