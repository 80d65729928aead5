"""The keywords of a cron job, and the body they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, TypeAlias

from pydantic import InstanceOf, with_config
from typing_extensions import TypedDict

from graphwire_core._checked import ARGUMENTS
from graphwire_core._operation import compact
from graphwire_core.models import (
    All,
    Config,
    Durability,
    MultitaskStrategy,
    StreamMode,
    end_time,
    timezone_name,
)

__all__ = ["CronOptions", "NewCronOptions", "cron_body"]

JsonObject: TypeAlias = Mapping[str, Any]


@with_config(ARGUMENTS)
class CronOptions(TypedDict, total=False):
    """Keywords of a cron job. `None` is the same as leaving a keyword out, but for `end_time`."""

    input: Any
    """Input of each run."""
    metadata: JsonObject | None
    """Metadata of the job and its runs."""
    config: InstanceOf[Config] | JsonObject | None
    """Tags, recursion limit and configurable values of each run."""
    context: Any
    """Static context of each run."""
    interrupt_before: All | Sequence[str] | None
    """Nodes to stop before, or `"*"`."""
    interrupt_after: All | Sequence[str] | None
    """Nodes to stop after, or `"*"`."""
    webhook: str | None
    """URL that the server calls when a run is over."""
    end_time: datetime | None
    """When the job stops. An update takes `None` to let it run without end."""
    enabled: bool | None
    """Whether the job runs. Server default: true."""
    timezone: str | tzinfo | None
    """IANA timezone of the schedule, by name or `ZoneInfo`. Server default: UTC."""
    stream_mode: StreamMode | Sequence[StreamMode] | None
    """Which events each run emits."""
    stream_subgraphs: bool | None
    """Whether events of subgraphs are emitted."""
    stream_resumable: bool | None
    """Whether the server keeps the events."""
    durability: Durability | None
    """When checkpoints are written."""


@with_config(ARGUMENTS)
class NewCronOptions(CronOptions, total=False):
    """Keywords that only a new cron job takes."""

    multitask_strategy: MultitaskStrategy | None
    """What a run does when its thread is busy."""
    checkpoint_during: bool | None
    """Deprecated: use `durability`."""


def cron_body(options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Make the body of a cron job; `options` are already checked."""
    body = compact(**more, **options)
    if "timezone" in body:
        body["timezone"] = timezone_name(body["timezone"])
    if "end_time" in options:
        body["end_time"] = end_time(options["end_time"])
    return body
