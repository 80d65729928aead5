"""An independent reading of event streams: httpx-sse and json, and what parts were on the wire."""

from __future__ import annotations

import json
from typing import Any

import httpx
from httpx_sse import EventSource

from graphwire_stream.parts import StreamPart, StreamPartV2

__all__ = ["read_wire", "times", "wire_form"]


def read_wire(body: bytes) -> list[StreamPart]:
    """Read a body that was recorded.

    Once an id is known, httpx-sse takes the blank line after a heartbeat for an event.
    """
    kind = {"content-type": "text/event-stream"}
    return [
        StreamPart(event.event, json.loads(event.data) if event.data else None, event.id or None)
        for event in EventSource(httpx.Response(200, headers=kind, content=body)).iter_sse()
        if event.event != "message" or event.data
    ]


def wire_form(part: StreamPartV2) -> StreamPart:
    """Write a typed part as the event that it was made of; times as `times` writes them."""
    sent = part.model_dump(mode="json", exclude_unset=True)
    data = sent["data"]
    if part.type == "values" and part.interrupts:
        data = {**data, "__interrupt__": sent["interrupts"]}
    return StreamPart("|".join([part.type, *part.ns]), times(data), part.id)


def times(data: Any) -> Any:
    """Write the offset of UTC in one way."""
    return json.loads(json.dumps(data).replace("+00:00", "Z"))
