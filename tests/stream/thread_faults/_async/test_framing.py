"""Server-sent events in any bytes, over each transport of requests: the same events, once."""

from __future__ import annotations

import json

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    read,
    read_all,
    started,
    whole,
)
from tests.stream.thread_faults.stage import Stage, Wire, plays, refusal
from tests.stream.thread_faults.story import STATES, STORY, TEXT, WHOLE, counting, entry
from tests.transports.wire import chunk

from graphwire_core.errors import StreamInterrupted, StreamProtocolError
from graphwire_core.plugins import PluginHost

WAYS = sorted(PluginHost().transports.async_makers().keys() & {"aiohttp", "httpx", "httpx2"})
BOM = b"\xef\xbb\xbf"
TAIL = counting(0)

pytestmark = pytest.mark.parametrize("way", WAYS)


def body(wire: Wire) -> bytes:
    """Write the beginning of the story, and the end of the run."""
    blocks = [
        b"event: values\r\ndata: %b\r\nid: %d\r\n\r\n" % (frame, index)
        for index, frame in enumerate(wire.frames([*STORY[:10], *TAIL]))
    ]
    blocks.insert(3, b": heartbeat\r\n\r\nretry: 5\r\n\r\nid: 3\0\r\n\r\nodd: field\r\n\r\n")
    return b"".join(blocks)


async def read_in_pieces(way: str, size: int, eol: bytes = b"\r\n", before: bytes = b"") -> None:
    """Read the beginning of the story, which comes in pieces of a size."""

    def act(wire: Wire) -> None:
        wire.begin()
        data = before + body(wire).replace(b"\r\n", eol)
        for start in range(0, len(data), size):
            wire.raw(chunk(data[start : start + size]))
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            assert [thread.values, thread.text()]
            await started(thread)
            outcomes = await read_all(thread, ("values", "text"))
            assert outcomes == {"values": Outcome(STATES[:2]), "text": Outcome(TEXT[:3])}
    assert len(stage.subscriptions) == 1


@pytest.mark.parametrize("eol", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("size", [1, 1000])
async def test_line_ends_of_every_kind_in_pieces_of_any_size(
    way: str, eol: bytes, size: int
) -> None:
    await read_in_pieces(way, size, eol)


@pytest.mark.parametrize("size", [1, 1000])
async def test_a_byte_order_mark_is_no_part_of_the_first_event(way: str, size: int) -> None:
    await read_in_pieces(way, size, before=BOM)


async def test_utf8_may_be_split_anywhere(way: str) -> None:
    text = "a\u00e9\u20ac\U0001f600"
    story = [entry(1000, "values", {"text": text}), *TAIL]

    def act(wire: Wire) -> None:
        wire.begin()
        running, state, end = wire.frames(story)
        raw = json.dumps(json.loads(state), ensure_ascii=False).encode()
        data = b"".join(b"data: %b\n\n" % frame for frame in (running, raw, end))
        middle = data.index("\u00e9".encode())
        for cut in (middle + 1, middle + 3, middle + 4, middle + 6, middle + 8, len(data)):
            wire.raw(chunk(data[:cut]))
            data = data[cut:] + b": \n\n"
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            assert await read(thread, "values") == Outcome([{"text": text}])


async def test_an_event_of_several_lines_is_one_frame(way: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        for frame in wire.frames([*STORY[:10], *TAIL]):
            lines = json.dumps(json.loads(frame), indent=1).encode().split(b"\n")
            wire.raw(chunk(b"".join(b"data: %b\r\n" % line for line in lines) + b"\r\n"))
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            assert await read(thread, "values") == Outcome(STATES[:2])


@pytest.mark.parametrize("end", [Wire.reset, Wire.finish, Wire.vanish])
async def test_a_cut_is_mended(way: str, end: object) -> None:
    cut = plays(upto=9, end=end)  # type: ignore[arg-type]  # an ending
    with Stage(cut, refusal("503 Service Unavailable"), plays(known=9)) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_malformed_frame_is_one_error(way: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.say(b"{nonsense")
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.items == STATES[:1]
            assert type(outcome.error) is StreamProtocolError
    assert len(stage.subscriptions) == 1


async def test_a_server_that_closes_every_connection_is_given_up(way: str) -> None:
    with Stage(plays(upto=9, end=Wire.finish)) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.items == STATES[:1]
            assert type(outcome.error) is StreamInterrupted


async def test_a_frame_of_20_megabytes_is_read_whole(way: str) -> None:
    text = "0123456789abcdef" * (20_000_000 // 16)
    with Stage(plays([entry(1000, "values", {"text": text}), *TAIL])) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            assert (await read(thread, "values")).items == [{"text": text}]


async def test_leaving_closes_the_connection(way: str) -> None:
    with Stage(plays(upto=9)) as stage:
        async with AsyncVisit(stage, way=way) as thread:
            await started(thread)
            async for state in thread.values:
                assert state == STATES[0]
                break
