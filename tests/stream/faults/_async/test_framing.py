"""Bytes in any cut, with any line ends: the same events, once and in order."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from tests.stream.faults.stage import THREAD, Stage, finish, one_by_one, stream
from tests.stream.scripted import event, events
from tests.transports.wire import Peer

from graphwire import AsyncClient

Connect = Callable[[Stage], AsyncClient]

BOM = b"\xef\xbb\xbf"


async def read(connect: Connect, *pieces: bytes | threading.Event) -> list[object]:
    with Stage(stream(*pieces)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        return [(part.data, part.id) async for part in run]


@pytest.mark.parametrize("eol", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
async def test_line_ends_of_every_kind_in_pieces_of_any_size(
    eol: bytes, size: int, connect: Connect
) -> None:
    body = (events(1, 2, 3) + b": heartbeat\r\n\r\n" + events(4)).replace(b"\r\n", eol)
    seen = await read(connect, *one_by_one(body, size))
    assert seen == [(number, f"{number}-0") for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("size", [1, 1000])
async def test_a_byte_order_mark_is_no_part_of_the_first_event(size: int, connect: Connect) -> None:
    assert await read(connect, *one_by_one(BOM + events(1, 2), size)) == [(1, "1-0"), (2, "2-0")]


async def test_utf8_may_be_split_anywhere(connect: Connect) -> None:
    text = "a\u00e9\u20ac\U0001f600"
    block = b"event: custom\r\ndata: %b\r\nid: %b-0\r\n\r\n"
    body = block % (json.dumps(text, ensure_ascii=False).encode(), text.encode())
    pieces = [piece for cut in range(len(body)) for piece in (body[:cut], body[cut:])]
    assert await read(connect, *pieces) == [(text, f"{text}-0")] * len(body)


async def test_an_id_with_nul_is_none(connect: Connect) -> None:
    body = events(1) + event(2, "2\0-0") + event(3, "3-0")
    assert await read(connect, body) == [(1, "1-0"), (2, "1-0"), (3, "3-0")]


async def test_the_stream_goes_on_after_the_last_id_without_nul(connect: Connect) -> None:
    cut = stream(events(1, 2) + event(3, "3\0-0"), end=Peer.reset)
    with Stage(cut, stream(events(2, 4))) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", stream_resumable=True)
        assert [part.data async for part in run] == [1, 2, 3, 4]
    assert stage.resumed_after == ["1-0"]


async def test_heartbeats_alone_are_no_parts_and_no_end(connect: Connect) -> None:
    beat = b": heartbeat\r\n\r\n"
    with Stage(stream(*[beat] * 50), stream(beat, events(1)), run=["running", "success"]) as stage:
        joined = connect(stage).runs.stream(THREAD, "agent", headers={"last-event-id": "0"})
        assert [part.data async for part in joined] == [1]
    assert stage.questions == 2


@pytest.mark.parametrize("chunked", [True, False])
async def test_an_event_of_20_megabytes_arrives_whole(connect: Connect, *, chunked: bool) -> None:
    text = "0123456789abcdef" * (20_000_000 // 16)
    block = b'event: values\r\ndata: {"text":"%b"}\r\nid: 2-0\r\n\r\n' % text.encode()
    pieces = [events(1), *one_by_one(block, 4096), events(3)]
    end = finish if chunked else Peer.close
    with Stage(stream(*pieces, end=end, chunked=chunked)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent", version="v2")
        one, large, three = [part.data async for part in run]
    assert (one, three) == (1, 3)
    assert large == {"text": text}


async def test_a_slow_loris_is_read_to_its_end(connect: Connect) -> None:
    never = threading.Event()

    def drip(peer: Peer) -> None:
        for byte in one_by_one(events(1, 2)):
            peer.send(b"1\r\n" + byte + b"\r\n")
            never.wait(0.002)
        finish(peer)

    with Stage(stream(end=drip)) as stage:
        run = connect(stage).runs.stream(THREAD, "agent")
        assert [part.data async for part in run] == [1, 2]


async def test_a_part_comes_before_the_event_after_it_is_sent(connect: Connect) -> None:
    pauses = [threading.Event() for _ in range(5)]
    pieces = [piece for number in range(5) for piece in (event(number, None), pauses[number])]
    with Stage(stream(*pieces)) as stage:
        seen = []
        async for part in connect(stage).runs.stream(THREAD, "agent"):
            seen.append(part.data)
            pauses[part.data].set()
    assert seen == [0, 1, 2, 3, 4]
