"""Core of Graphwire: client, resources, models, settings, errors and transports.

Streaming is added by `graphwire_stream`; `graphwire` composes both.
"""

from typing import TYPE_CHECKING

from graphwire_core._lazy import lazily
from graphwire_core._omit import OMIT, Omit
from graphwire_core._version import __version__
from graphwire_core.retry import Retry

if TYPE_CHECKING:
    from graphwire_core._async.assistants import AsyncAssistants
    from graphwire_core._async.client import AsyncClient
    from graphwire_core._async.crons import AsyncCrons
    from graphwire_core._async.runs import AsyncRuns
    from graphwire_core._async.server import AsyncServer
    from graphwire_core._async.store import AsyncStore
    from graphwire_core._async.threads import AsyncThreads
    from graphwire_core._operations.assistants import AssistantFilters
    from graphwire_core._operations.cron_options import CronOptions, NewCronOptions
    from graphwire_core._operations.run_options import AttachedRunOptions, RunOptions
    from graphwire_core._sync.assistants import Assistants
    from graphwire_core._sync.client import Client
    from graphwire_core._sync.crons import Crons
    from graphwire_core._sync.runs import Runs
    from graphwire_core._sync.server import Server
    from graphwire_core._sync.store import Store
    from graphwire_core._sync.threads import Threads
    from graphwire_core.pages import AsyncPage, Page
    from graphwire_core.settings import ClientOptions, ClientSettings
    from graphwire_core.transports import Timeout
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "AsyncAssistants": "graphwire_core._async.assistants",
            "AsyncClient": "graphwire_core._async.client",
            "AsyncCrons": "graphwire_core._async.crons",
            "AsyncRuns": "graphwire_core._async.runs",
            "AsyncServer": "graphwire_core._async.server",
            "AsyncStore": "graphwire_core._async.store",
            "AsyncThreads": "graphwire_core._async.threads",
            "AssistantFilters": "graphwire_core._operations.assistants",
            "CronOptions": "graphwire_core._operations.cron_options",
            "NewCronOptions": "graphwire_core._operations.cron_options",
            "AttachedRunOptions": "graphwire_core._operations.run_options",
            "RunOptions": "graphwire_core._operations.run_options",
            "Assistants": "graphwire_core._sync.assistants",
            "Client": "graphwire_core._sync.client",
            "Crons": "graphwire_core._sync.crons",
            "Runs": "graphwire_core._sync.runs",
            "Server": "graphwire_core._sync.server",
            "Store": "graphwire_core._sync.store",
            "Threads": "graphwire_core._sync.threads",
            "AsyncPage": "graphwire_core.pages",
            "Page": "graphwire_core.pages",
            "ClientOptions": "graphwire_core.settings",
            "ClientSettings": "graphwire_core.settings",
            "Timeout": "graphwire_core.transports",
        },
    )

__all__ = [
    "OMIT",
    "AssistantFilters",
    "Assistants",
    "AsyncAssistants",
    "AsyncClient",
    "AsyncCrons",
    "AsyncPage",
    "AsyncRuns",
    "AsyncServer",
    "AsyncStore",
    "AsyncThreads",
    "AttachedRunOptions",
    "Client",
    "ClientOptions",
    "ClientSettings",
    "CronOptions",
    "Crons",
    "NewCronOptions",
    "Omit",
    "Page",
    "Retry",
    "RunOptions",
    "Runs",
    "Server",
    "Store",
    "Threads",
    "Timeout",
    "__version__",
]
