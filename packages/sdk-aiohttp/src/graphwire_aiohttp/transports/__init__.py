"""The transport, for who makes one by hand: `transport=AsyncAiohttpTransport(config)`."""

from graphwire_aiohttp.transports._aiohttp import AsyncAiohttpTransport

__all__ = ["AsyncAiohttpTransport"]
