"""The transport over httpx2: its connections, which are httpcore2's."""

from __future__ import annotations

import httpcore2
import httpx2

from graphwire_core.transports import TransportConfig
from graphwire_core.transports.pooled import AsyncPooledTransport, Library

__all__ = ["AsyncHttpx2Transport"]


class AsyncHttpx2Transport(AsyncPooledTransport):
    """Drives httpcore2's connections; httpx2 itself undoes content encodings."""

    def __init__(self, config: TransportConfig) -> None:
        super().__init__(config, Library("httpx2", httpcore2, lambda: httpx2))
