"""What a transport over a library of httpx's family is made of: the base, and a description."""

from graphwire_core.transports._async.pooled import AsyncPooledTransport
from graphwire_core.transports._library import Library
from graphwire_core.transports._sync.pooled import PooledTransport

__all__ = ["AsyncPooledTransport", "Library", "PooledTransport"]
