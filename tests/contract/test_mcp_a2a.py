"""MCP and A2A through `client.request`: the examples of the documentation, and both colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from docs_src.rest import a2a, mcp

from graphwire import get_client, get_sync_client
from graphwire.models import ResponseModel

if TYPE_CHECKING:
    from graphwire_core.testing import DevServer

SAID = "The tool says: It is sunny in Los Angeles."


class JsonRpcAnswer(ResponseModel):
    jsonrpc: str
    id: int
    result: dict[str, Any]


async def test_the_mcp_example_lists_and_calls_tools(server: DevServer) -> None:
    seen = await mcp.main(server.url)

    assert seen["server"] == "LangGraph"
    assert "agent" in seen["tools"]
    assert SAID in seen["answer"]


async def test_the_a2a_example_gets_an_answer(server: DevServer) -> None:
    seen = await a2a.main(server.url)

    assert seen == {"name": "agent", "state": "completed", "answer": SAID}


async def test_an_mcp_error_is_an_answer(server: DevServer) -> None:
    async with get_client(server.url) as client:
        with pytest.raises(RuntimeError, match="no/such/method"):
            await mcp.call(client, "no/such/method")


def test_an_mcp_call_is_validated_and_a_notification_has_no_answer(server: DevServer) -> None:
    with get_sync_client(server.url) as client:
        headers = {"accept": "application/json, text/event-stream"}
        said = client.request(
            "POST",
            "/mcp",
            json={"jsonrpc": "2.0", "method": "notifications/initialized"},
            headers=headers,
        )
        listed = client.request(
            "POST",
            "/mcp",
            json={"jsonrpc": "2.0", "id": 7, "method": "tools/list"},
            output=JsonRpcAnswer,
            headers=headers,
        )

    assert said is None
    assert listed.id == 7
    assert "full" in {tool["name"] for tool in listed.result["tools"]}
