"""The transports, for who makes one by hand: `transport=AsyncHttpx2Transport(config)`."""

from graphwire_httpx2.transports._async.httpx2 import AsyncHttpx2Transport
from graphwire_httpx2.transports._sync.httpx2 import Httpx2Transport

__all__ = ["AsyncHttpx2Transport", "Httpx2Transport"]
