"""Graphwire over httpx2: a transport of both colours, httpx's maintained successor."""

from graphwire_httpx2._plugin import graphwire_register_transports

__all__ = ["graphwire_register_transports"]
