"""Where a client without a URL finds its server: in this process, if there is one."""

from __future__ import annotations

from typing import Any, Final

from graphwire_core.errors import ConfigurationError
from graphwire_core.in_process._call import URL
from graphwire_core.in_process._server import NOWHERE, inside_server
from graphwire_core.settings import ClientSettings

__all__ = ["NAME", "located"]

NAME: Final = "in_process"
"""Name of the transport."""

_OF_THE_SERVER = "LANGGRAPH_API_URL"
"""Variable that a server sets to its own URL: inside of it, it names no other."""

_FOR_OTHERS = ("api_key", "auth")
"""What the environment of a server says about these is meant for other servers."""


def located(settings: ClientSettings, *, borrowed: bool) -> ClientSettings:
    """Turn the settings of a client to the server of this process, where it means that one.

    It does when the in-process transport is named, or nothing is: no URL, no transport, and no
    connections of the caller's (`borrowed`).

    Raises:
        ConfigurationError: The in-process transport is named outside of a server, or with a URL.
    """
    named = settings.transport == NAME
    if borrowed or not (named or (_unsaid(settings) and inside_server())):
        return settings
    source = settings.source("transport")
    if settings.url != URL and settings.source("url").startswith("keyword"):
        raise ConfigurationError(
            f"{source}: {NAME!r} calls the server of this process and takes no url=; leave one out"
        )
    if not inside_server():
        raise ConfigurationError(f"{source}: {NAME!r}: {NOWHERE}")
    changes: dict[str, Any] = {"url": URL, "transport": NAME}
    for option in _FOR_OTHERS:
        if not settings.source(option).startswith("keyword"):
            changes[option] = None
    return ClientSettings.load(settings=settings, **changes)


def _unsaid(settings: ClientSettings) -> bool:
    source = settings.source("url")
    return settings.transport is None and (
        source == "default" or source.endswith(_OF_THE_SERVER) or settings.url == URL
    )
