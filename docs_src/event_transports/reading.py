"""Read the events of a thread as they come over the wire."""

from __future__ import annotations

from uuid import uuid4

from graphwire import get_client
from graphwire_stream.event_transports import EventFilter, event_transport


async def main(url: str, name: str) -> list[str]:
    """Start a run and return the names of its lifecycle events."""
    thread_id = str(uuid4())
    seen: list[str] = []
    async with get_client(url) as client:
        events = event_transport(client, name)  # "sse" or "websocket"
        connection = await events.connect(thread_id, EventFilter(("lifecycle",)))
        try:
            said = {"messages": [{"role": "user", "content": "hello"}]}
            start = {"assistant_id": "agent", "input": said}
            command = {"id": 1, "method": "run.start", "params": start}
            await client.request("POST", f"/threads/{thread_id}/commands", json=command)
            while seen[-1:] != ["completed"]:
                frames = await connection.receive(timeout=30)
                if frames is None:
                    raise TimeoutError("30 seconds without a sign of life")
                seen += [frame["params"]["data"]["event"] for frame in frames]
        finally:
            await connection.aclose()
    return seen
