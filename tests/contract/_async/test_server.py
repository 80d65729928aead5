from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graphwire.errors import NotFoundError, ResponseValidationError
from graphwire.models import ServerHealth, ServerInfo, ServerMetrics, Thread

if TYPE_CHECKING:
    from graphwire import AsyncClient


async def test_the_server_tells_its_version_and_features(client: AsyncClient) -> None:
    info = await client.server.info(headers={"x-test": "1"}, params={"trace": "1"})

    assert isinstance(info, ServerInfo)
    assert info.version[0].isdigit()
    assert info.flags["assistants"] is True


async def test_the_server_is_up_and_so_is_its_database(client: AsyncClient) -> None:
    assert await client.server.ok() == ServerHealth(ok=True, services={})
    assert (await client.server.ok(check_db=True)).ok
    assert (await client.server.ok(check_db=False)).ok


async def test_the_server_tells_its_load(client: AsyncClient) -> None:
    metrics = await client.server.metrics()

    assert isinstance(metrics, ServerMetrics)
    assert metrics.queue is not None
    assert metrics.workers is not None
    assert metrics.workers.max >= metrics.workers.active
    assert metrics.api is not None


async def test_the_server_describes_its_api(client: AsyncClient) -> None:
    document = await client.server.openapi()

    assert document["openapi"].startswith("3.")
    assert "/threads/{thread_id}/runs/wait" in document["paths"]


async def test_any_endpoint_can_be_asked(client: AsyncClient) -> None:
    thread = await client.request("POST", "/threads", json={"metadata": {"by": "request"}})

    read = await client.request("GET", f"/threads/{thread['thread_id']}", output=Thread)
    text = await client.request(
        "GET", "/metrics", output=bytes, headers={"accept": "text/plain"}, params={"format": "text"}
    )

    assert read.metadata == {"by": "request"}
    assert b"lg_api" in text
    with pytest.raises(ResponseValidationError, match="thread_id"):
        await client.request("GET", "/info", output=Thread)
    with pytest.raises(NotFoundError) as caught:
        await client.request("GET", "/no/such/endpoint")
    assert (caught.value.method, caught.value.path) == ("GET", "/no/such/endpoint")


async def test_options_of_a_clone_reach_the_server_over_the_same_connections(
    client: AsyncClient,
) -> None:
    clone = client.with_options(headers={"x-test": "1"}, timeout=30)

    created = await clone.threads.create()

    assert (await client.threads.get(created.thread_id)).thread_id == created.thread_id


async def test_closing_twice_is_closing_once(client: AsyncClient) -> None:
    await client.server.ok()

    await client.aclose()
    await client.aclose()
