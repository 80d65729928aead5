"""Core of Graphwire: client, resources, models, settings, errors and transports.

Streaming is added by `graphwire_stream`; `graphwire` composes both.
"""

from graphwire_core._async.assistants import AsyncAssistants
from graphwire_core._async.client import AsyncClient
from graphwire_core._async.crons import AsyncCrons
from graphwire_core._async.runs import AsyncRuns
from graphwire_core._async.server import AsyncServer
from graphwire_core._async.store import AsyncStore
from graphwire_core._async.threads import AsyncThreads
from graphwire_core._omit import OMIT, Omit
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
from graphwire_core._version import __version__
from graphwire_core.pages import AsyncPage, Page
from graphwire_core.retry import Retry
from graphwire_core.settings import ClientOptions, ClientSettings
from graphwire_core.transports import Timeout

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
