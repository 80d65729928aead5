"""The graphs of a server as MCP tools, through the client's own connections and credentials."""

from __future__ import annotations

from typing import Any

from graphwire import AsyncClient, get_client


async def call(client: AsyncClient, method: str, **params: Any) -> Any:
    """Call one method of the server's MCP endpoint and return its result."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = await client.request(
        "POST", "/mcp", json=request, headers={"accept": "application/json, text/event-stream"}
    )
    if "error" in answer:
        raise RuntimeError(answer["error"]["message"])
    return answer["result"]


async def main(url: str | None = None) -> dict[str, Any]:
    """Say hello, list the tools, and call one: each graph is a tool under its own name."""
    async with get_client(url) as client:
        server = await call(
            client,
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "example", "version": "1"},
        )
        tools = await call(client, "tools/list")
        answer = await call(client, "tools/call", name="agent", arguments={"messages": "Weather?"})
        return {
            "server": server["serverInfo"]["name"],
            "tools": [tool["name"] for tool in tools["tools"]],
            "answer": answer["content"][0]["text"],
        }
