"""Plugins: what an installed package can add to every client.

A plugin is a module, or an object, with functions marked `@hookimpl`, named by an entry point of
the group `graphwire`. A client finds it when it is created, and asks it once.
"""

from graphwire_core.plugins._builder import BuilderOptions, ClientBuilder
from graphwire_core.plugins._host import PluginHost, PluginInfo, PluginWarning
from graphwire_core.plugins._registries import (
    CacheProvider,
    CacheRegistry,
    CodecRegistry,
    CredentialsRegistry,
    MiddlewareRegistry,
    TransportProvider,
    TransportRegistry,
)
from graphwire_core.plugins._specs import hookimpl
from graphwire_core.plugins._types import (
    Acquire,
    Answer,
    AsyncCacheBackend,
    Attempt,
    CacheBackend,
    Call,
    Codec,
    CodecPart,
    Credentials,
    CredentialsFlow,
    Fetch,
    Middleware,
    MiddlewareFlow,
    Outcome,
    Release,
    Send,
)

__all__ = [
    "Acquire",
    "Answer",
    "AsyncCacheBackend",
    "Attempt",
    "BuilderOptions",
    "CacheBackend",
    "CacheProvider",
    "CacheRegistry",
    "Call",
    "ClientBuilder",
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
    "Release",
    "Send",
    "TransportProvider",
    "TransportRegistry",
    "hookimpl",
]
