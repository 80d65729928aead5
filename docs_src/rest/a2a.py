"""An assistant as an A2A agent, through the client's own connections and credentials."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from graphwire import get_client


async def main(url: str | None = None) -> dict[str, Any]:
    """Read the card of an agent, send it a message, and return its answer."""
    async with get_client(url) as client:
        agent = (await client.assistants.search(graph_id="agent", limit=1))[0]
        path = f"/a2a/{agent.assistant_id}"

        card = await client.request("GET", f"{path}/.well-known/agent-card.json")
        message = {
            "kind": "message",
            "role": "user",
            "messageId": str(uuid4()),
            "parts": [{"kind": "text", "text": "How is the weather?"}],
        }
        answer = await client.request(
            "POST",
            path,
            json={
                "jsonrpc": "2.0",
                "id": str(uuid4()),
                "method": "message/send",
                "params": {"message": message},
            },
        )
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])

        task = answer["result"]
        last = task["history"][-1]["parts"][0]
        return {"name": card["name"], "state": task["status"]["state"], "answer": last["text"]}
