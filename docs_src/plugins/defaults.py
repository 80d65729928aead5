"""A plugin that an organisation installs: what every client of it should have."""

from __future__ import annotations

from graphwire import Retry, Timeout, get_sync_client
from graphwire_core.plugins import ClientBuilder, hookimpl


class Defaults:
    """Sets options that neither a keyword nor the environment gives."""

    @hookimpl
    def graphwire_configure(self, builder: ClientBuilder) -> None:
        builder.set(timeout=Timeout(connect=2, total=60), retry=Retry(attempts=5))
        builder.add_headers({"x-team": "search"})
        if builder.options["url"].startswith("https://"):
            builder.set(http2=True)


def main(url: str) -> list[str]:
    """Return where two options of a client came from."""
    with get_sync_client(url, retry=None, plugins=[Defaults()]) as client:
        client.server.ok()
        return [client.settings.source("timeout"), client.settings.source("retry")]
