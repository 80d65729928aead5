"""What the server says about itself: version, health, load."""

from pydantic import Field

from ._base import JsonObject, ResponseModel

__all__ = [
    "ApiMetrics",
    "HttpRequestCount",
    "QueueMetrics",
    "ServerHealth",
    "ServerHost",
    "ServerInfo",
    "ServerMetrics",
    "WorkerMetrics",
]


class ServerHost(ResponseModel):
    """Where the server runs."""

    kind: str | None = None
    """`"self-hosted"`, or the kind of deployment."""
    project_id: str | None = None
    host_revision_id: str | None = None
    revision_id: str | None = None
    tenant_id: str | None = None


class ServerInfo(ResponseModel):
    """Versions and features of the server."""

    version: str
    """Version of the API server."""
    langgraph_py_version: str | None = None
    flags: JsonObject = Field(default_factory=dict)
    """Features, by name: `assistants`, `crons`, `langsmith` and so on."""
    host: ServerHost | None = None
    metadata: JsonObject | None = None


class ServerHealth(ResponseModel):
    """Whether the server works."""

    ok: bool
    services: JsonObject = Field(default_factory=dict)
    """State of what the server depends on, by name."""


class QueueMetrics(ResponseModel):
    """Runs that wait and run; times in seconds."""

    n_pending: int
    n_running: int
    pending_runs_wait_time_max_secs: float | None = None
    """Longest wait; negative when the next run is due later. `None`: no run waits."""
    pending_runs_wait_time_med_secs: float | None = None
    pending_unblocked_runs_wait_time_max_secs: float | None = None
    """Longest wait of a run that nothing but the workers keeps waiting."""


class WorkerMetrics(ResponseModel):
    """Slots for runs."""

    max: int
    active: int
    available: int


class HttpRequestCount(ResponseModel):
    """Requests of one kind since the server started."""

    method: str
    path: str
    """Template of the path."""
    status: int
    count: int


class ApiMetrics(ResponseModel):
    """Requests that the server answered."""

    http_requests_total: list[HttpRequestCount] = Field(default_factory=list)


class ServerMetrics(ResponseModel):
    """Load of the server."""

    queue: QueueMetrics | None = None
    workers: WorkerMetrics | None = None
    api: ApiMetrics | None = None
