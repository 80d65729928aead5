"""Graphwire over aiohttp: installing this package makes it the async transport of every client."""

from graphwire_aiohttp._plugin import graphwire_register_transports

__all__ = ["graphwire_register_transports"]
