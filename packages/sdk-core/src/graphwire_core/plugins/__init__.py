"""Plugins: what an installed package can add to every client.

A plugin is a module, or an object, with functions marked `@hookimpl`, named by an entry point of
the group `graphwire`. A client finds it when it is created, and asks it once.
"""

from graphwire_core.plugins._host import PluginHost, PluginInfo, PluginWarning
from graphwire_core.plugins._registries import (
    CodecRegistry,
    CredentialsRegistry,
    MiddlewareRegistry,
    TransportProvider,
    TransportRegistry,
)
from graphwire_core.plugins._specs import hookimpl
from graphwire_core.plugins._types import (
    Answer,
    Attempt,
    Call,
    Codec,
    CodecPart,
    Credentials,
    CredentialsFlow,
    Fetch,
    Middleware,
    MiddlewareFlow,
    Outcome,
    Send,
)

__all__ = [
    "Answer",
    "Attempt",
    "Call",
    "Codec",
    "CodecPart",
    "CodecRegistry",
    "Credentials",
    "CredentialsFlow",
    "CredentialsRegistry",
    "Fetch",
    "Middleware",
    "MiddlewareFlow",
    "MiddlewareRegistry",
    "Outcome",
    "PluginHost",
    "PluginInfo",
    "PluginWarning",
    "Send",
    "TransportProvider",
    "TransportRegistry",
    "hookimpl",
]
