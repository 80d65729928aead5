"""The real server behind a proxy that resets connections: every event once and in order."""

from __future__ import annotations

import pytest
from examples.quickstart.server import DevServer
from tests.stream.flaky import flaky_proxy

from graphwire import get_client
from graphwire_core.errors import StreamInterrupted

COUNT = 30


@pytest.mark.parametrize("cuts", [[900], [1200, 700, 1500]], ids=["one cut", "three cuts"])
async def test_a_resumable_run_is_streamed_whole_over_cuts(
    cuts: list[int], server: DevServer
) -> None:
    with flaky_proxy(server.url, cuts) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            stream = client.runs.stream(
                thread.thread_id,
                "slow",
                input={"count": COUNT, "delay": 0.01},
                stream_mode="custom",
                stream_resumable=True,
                version="v2",
            )
            parts = [part async for part in stream]
    assert [part.data["i"] for part in parts if part.type == "custom"] == list(range(COUNT))
    assert [part.type for part in parts].count("metadata") == 1


async def test_a_run_that_is_not_resumable_does_not_look_finished(server: DevServer) -> None:
    with flaky_proxy(server.url, [900]) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            stream = client.runs.stream(
                thread.thread_id,
                "slow",
                input={"count": COUNT, "delay": 0.01},
                stream_mode="custom",
            )
            with pytest.raises(StreamInterrupted):
                _ = [part async for part in stream]
