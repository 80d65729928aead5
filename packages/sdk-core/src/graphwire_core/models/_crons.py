"""Crons: runs on a schedule."""

from datetime import datetime, tzinfo
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator

from ._base import UNSET, AwareDatetime, JsonObject, RequestModel, ResponseModel
from ._config import Config
from ._literals import OPEN, All, Durability, OnCompletionBehavior, StreamMode
from ._schedule import end_time, timezone_name

__all__ = ["Cron", "CronUpdate"]

EndTime = Annotated[datetime | None, PlainSerializer(end_time)]
Timezone = Annotated[str | tzinfo, PlainValidator(timezone_name)]


class Cron(ResponseModel):
    """A schedule, and the runs that it makes."""

    cron_id: str
    assistant_id: str | None = None
    thread_id: str | None = None
    """Thread that the runs share; `None` when each has its own."""
    on_run_completed: Annotated[OnCompletionBehavior | str, OPEN] | None = None
    """What happens to the thread of a run when it is done; `None` for crons of a thread."""
    end_time: AwareDatetime | None = None
    """When the schedule ends; `None`: never."""
    schedule: str
    """Cron expression: minute, hour, day of month, month, day of week."""
    timezone: str | None = None
    """IANA timezone of the schedule; `None`: UTC."""
    created_at: AwareDatetime
    updated_at: AwareDatetime
    payload: JsonObject
    """What each run is created with."""
    user_id: str | None = None
    next_run_date: AwareDatetime | None = None
    metadata: JsonObject = Field(default_factory=dict)
    enabled: bool = True


class CronUpdate(RequestModel):
    """Changes to a cron: what is set changes, all else stays."""

    schedule: str = UNSET
    timezone: Timezone = UNSET
    """Name or `ZoneInfo`; the name once set."""
    end_time: EndTime = None
    """New end of the schedule; `None` clears it. Naive is UTC."""
    input: Any = None
    metadata: JsonObject = UNSET
    """Merged with the metadata there is."""
    config: Config | JsonObject = UNSET
    context: Any = None
    webhook: str = UNSET
    interrupt_before: All | list[str] = UNSET
    interrupt_after: All | list[str] = UNSET
    on_run_completed: OnCompletionBehavior = UNSET
    enabled: bool = UNSET
    stream_mode: StreamMode | list[StreamMode] = UNSET
    stream_subgraphs: bool = UNSET
    stream_resumable: bool = UNSET
    durability: Durability = UNSET
