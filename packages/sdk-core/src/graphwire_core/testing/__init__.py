"""A kit to test applications with: servers, mocks, scripted streams, cassettes, and factories.

The fixtures are those of the pytest plugin `graphwire_pytest`, which is installed with this
package. Nothing here imports pytest or a server before it is used; the extra `testing` brings both.
"""

from graphwire_core.testing._async.cassette import AsyncCassetteTransport
from graphwire_core.testing._async.mock import AsyncMockResponse, AsyncMockTransport
from graphwire_core.testing._calls import RecordedCall
from graphwire_core.testing._cassette import Cassette, CassetteMode
from graphwire_core.testing._errors import make_error
from graphwire_core.testing._events import Event
from graphwire_core.testing._failures import (
    CassetteError,
    GraphLoadError,
    NoRouteError,
    ServerStartError,
)
from graphwire_core.testing._graphs import GraphSource
from graphwire_core.testing._models import make, make_id
from graphwire_core.testing._replies import Reply, ReplySource
from graphwire_core.testing._routes import Route
from graphwire_core.testing._script import Delay, Drop, Fail, Heartbeat, Hold, Interrupt, Step
from graphwire_core.testing._servers.application import AppServer
from graphwire_core.testing._servers.dev import DevServer
from graphwire_core.testing._servers.in_process import InProcessServer
from graphwire_core.testing._servers.running import RunningServer
from graphwire_core.testing._servers.stream import StreamServer
from graphwire_core.testing._sync.cassette import CassetteTransport
from graphwire_core.testing._sync.mock import MockResponse, MockTransport

__all__ = [
    "AppServer",
    "AsyncCassetteTransport",
    "AsyncMockResponse",
    "AsyncMockTransport",
    "Cassette",
    "CassetteError",
    "CassetteMode",
    "CassetteTransport",
    "Delay",
    "DevServer",
    "Drop",
    "Event",
    "Fail",
    "GraphLoadError",
    "GraphSource",
    "Heartbeat",
    "Hold",
    "InProcessServer",
    "Interrupt",
    "MockResponse",
    "MockTransport",
    "NoRouteError",
    "RecordedCall",
    "Reply",
    "ReplySource",
    "Route",
    "RunningServer",
    "ServerStartError",
    "Step",
    "StreamServer",
    "make",
    "make_error",
    "make_id",
]
