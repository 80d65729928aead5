"""Record what a deployment answers, once; replay it afterwards."""

from pathlib import Path

from graphwire import Client
from graphwire_core.testing import Cassette, CassetteTransport


def version(url: str, path: Path) -> str:
    """Return the server's version: from the cassette, where there is one."""
    transport = CassetteTransport(Cassette(path, redact=["x-tenant-secret"]))
    with Client(url, transport=transport) as client:
        return client.server.info().version
