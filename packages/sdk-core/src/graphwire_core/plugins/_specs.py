"""The hooks that a client calls, once, when it is created."""

from __future__ import annotations

import pluggy

from graphwire_core.plugins._builder import ClientBuilder
from graphwire_core.plugins._registries import (
    CacheRegistry,
    CodecRegistry,
    CredentialsRegistry,
    MiddlewareRegistry,
    TransportRegistry,
)

__all__ = ["ELSEWHERE", "PROJECT", "CoreHooks", "hookimpl"]

PROJECT = "graphwire"
"""The entry-point group, and the name under which pluggy marks hooks."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Decorator that marks a function of a plugin as an implementation of the hook of its name."""

ELSEWHERE = frozenset(
    {
        "graphwire_register_event_transports",
        "graphwire_auth_handlers",
        "graphwire_encryption_handlers",
        "graphwire_register_key_providers",
    }
)
"""Hooks of sibling packages: a plugin may implement them, a core client does not call them."""


class CoreHooks:
    """Specifications of the hooks; each sets options or registers objects, and sends nothing."""

    @hookspec
    def graphwire_configure(self, builder: ClientBuilder) -> None:
        """Set options of the client."""

    @hookspec
    def graphwire_register_transports(self, registry: TransportRegistry) -> None:
        """Register transports."""

    @hookspec
    def graphwire_register_credentials(self, registry: CredentialsRegistry) -> None:
        """Register credentials."""

    @hookspec
    def graphwire_register_codecs(self, registry: CodecRegistry) -> None:
        """Register codecs."""

    @hookspec
    def graphwire_register_middleware(self, registry: MiddlewareRegistry) -> None:
        """Register middleware."""

    @hookspec
    def graphwire_register_caches(self, registry: CacheRegistry) -> None:
        """Register caches."""
