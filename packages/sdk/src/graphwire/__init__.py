"""Graphwire: a typed Python SDK for the LangGraph server API.

```python
from graphwire import get_client

client = get_client(url="http://localhost:2024")
```
"""

from graphwire import errors, models
from graphwire._async.client import AsyncClient, get_client
from graphwire._sync.client import Client, get_sync_client
from graphwire_core import OMIT, ClientSettings, Retry, Timeout, __version__

__all__ = [
    "OMIT",
    "AsyncClient",
    "Client",
    "ClientSettings",
    "Retry",
    "Timeout",
    "__version__",
    "errors",
    "get_client",
    "get_sync_client",
    "models",
]
