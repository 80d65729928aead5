"""The real server behind a proxy that resets connections: every event once and in order."""

from __future__ import annotations

import pytest
from tests.stream.flaky import flaky_proxy

from graphwire import get_client
from graphwire_core.errors import StreamInterrupted
from graphwire_core.testing import DevServer

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


async def test_a_run_that_is_not_resumable_goes_on_and_tells_of_the_gap(
    server: DevServer,
) -> None:
    with flaky_proxy(server.url, [900]) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            stream = client.runs.stream(
                thread.thread_id,
                "slow",
                input={"count": COUNT, "delay": 0.05},
                stream_mode="custom",
            )
            seen = [part.data["i"] async for part in stream if part.event == "custom"]
    [gap] = stream.gaps
    whole = gap.parts - 1  # but for the first part, which names the run
    assert seen[:whole] == list(range(whole))
    assert seen == sorted(set(seen))
    assert stream.cursor is None


async def test_a_gap_is_an_error_where_the_caller_asks_for_it(server: DevServer) -> None:
    with flaky_proxy(server.url, [900]) as url:
        async with get_client(url) as client:
            thread = await client.threads.create()
            stream = client.runs.stream(
                thread.thread_id,
                "slow",
                input={"count": COUNT, "delay": 0.01},
                stream_mode="custom",
                on_gap="raise",
            )
            with pytest.raises(StreamInterrupted, match="stream_resumable=True"):
                _ = [part async for part in stream]
