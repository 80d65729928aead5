"""The requests by which a connection begins."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from graphwire_core._arguments import path_segment
from graphwire_core._operation import Operation
from graphwire_core._reading import nothing
from graphwire_core.transports import Timeout
from graphwire_stream.event_transports._types import EventFilter

__all__ = ["events_path", "patient", "subscribe_by_sse"]

SILENCE: Final = 30.0
"""Seconds; the server sends a heartbeat every five."""


def subscribe_by_sse(thread_id: str, wanted: EventFilter) -> Operation[None]:
    """Make the request whose body is the subscription (`POST /threads/{thread_id}/stream/events`).

    It may be sent twice: the server keeps nothing of it but the connection.
    """
    headers = {"accept": "text/event-stream", "cache-control": "no-store"}
    return Operation(
        "POST",
        events_path(thread_id),
        nothing,
        body=wanted.body(),
        headers=headers,
        idempotent=True,
    )


def patient(timeout: Timeout) -> Timeout:
    """Return limits under which heartbeats arrive in time; a longer silence is a dead server."""
    read = timeout.read
    return timeout if read is None or read >= SILENCE else replace(timeout, read=SILENCE)


def events_path(thread_id: str) -> str:
    """Return the path of a thread's events."""
    return f"/threads/{path_segment('thread_id', thread_id)}/stream/events"
