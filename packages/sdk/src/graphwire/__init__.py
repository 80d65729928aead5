"""Graphwire: a typed Python SDK for the LangGraph server API.

```python
from graphwire import get_client

client = get_client(url="http://localhost:2024")
```
"""

from typing import TYPE_CHECKING

from graphwire import errors
from graphwire_core import OMIT, Retry, __version__
from graphwire_core._lazy import lazily

if TYPE_CHECKING:
    from graphwire import models, runtime
    from graphwire._async.client import AsyncClient, get_client
    from graphwire._sync.client import Client, get_sync_client
    from graphwire_core.priority import Priority, PriorityContext, PrioritySettings
    from graphwire_core.settings import ClientSettings
    from graphwire_core.transports import Timeout
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "models": "graphwire.models",
            "runtime": "graphwire.runtime",
            "AsyncClient": "graphwire._async.client",
            "get_client": "graphwire._async.client",
            "Client": "graphwire._sync.client",
            "get_sync_client": "graphwire._sync.client",
            "Priority": "graphwire_core.priority",
            "PriorityContext": "graphwire_core.priority",
            "PrioritySettings": "graphwire_core.priority",
            "ClientSettings": "graphwire_core.settings",
            "Timeout": "graphwire_core.transports",
        },
    )

__all__ = [
    "OMIT",
    "AsyncClient",
    "Client",
    "ClientSettings",
    "Priority",
    "PriorityContext",
    "PrioritySettings",
    "Retry",
    "Timeout",
    "__version__",
    "errors",
    "get_client",
    "get_sync_client",
    "models",
    "runtime",
]
