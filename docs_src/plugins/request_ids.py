"""A plugin of an application's own: each request carries an id, slow ones are noted."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from graphwire import get_sync_client
from graphwire_core.plugins import Attempt, MiddlewareFlow, MiddlewareRegistry, hookimpl


class RequestIds:
    """Middleware: sees each attempt before it is sent, and how it ended."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def attempt(self, attempt: Attempt) -> MiddlewareFlow:
        headers = {**attempt.request.headers, "x-request-id": str(uuid4())}
        outcome = yield replace(attempt.request, headers=headers)
        self.seen.append(f"{attempt.route} {outcome.status_code}")


class Plugin:
    """A plugin is any object, class or module with functions marked `@hookimpl`."""

    def __init__(self) -> None:
        self.ids = RequestIds()

    @hookimpl
    def graphwire_register_middleware(self, registry: MiddlewareRegistry) -> None:
        registry.add("request-ids", self.ids)


def main(url: str) -> list[str]:
    """Return what the middleware saw."""
    plugin = Plugin()
    with get_sync_client(url, plugins=[plugin]) as client:
        client.server.ok()
        thread = client.threads.create()
        client.threads.delete(thread.thread_id)
    return plugin.ids.seen
