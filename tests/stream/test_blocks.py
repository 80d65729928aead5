"""Blocks decoded many at a time, and blocks that come in pieces, are what they are alone."""

from __future__ import annotations

import pytest

from graphwire_stream._sse import ServerSentEvent, SSEDecoder

ODD = {
    "without an id": b"data: 1\n\n",
    "with an id": b"data: 1\nid: 5\n\n",
    "with an empty id": b"data: 1\nid: \n\n",
    "with NUL in the id": b"data: 1\nid: 5\x006\n\n",
    "with no UTF-8 in the id": b"data: 1\nid: 5\xe2\x82\n\n",
    "with two ids": b"data: 1\nid: 5\nid: 6\n\n",
    "with a line after the id": b"data: 1\nid: 5\nretry: 7\n\n",
    "with two lines of data": b"data: 1\ndata: 2\nid: 5\n\n",
    "with data that a CR ends": b"data: 1\rid: 4\nid: 5\n\n",
    "with an id that a CR ends": b"data: 1\nid: 5\rretry: 7\n\n",
    "after a comment": b"data: 1\nid: 5\n\n: heartbeat\n\n",
    "of another name": b"data: 1\nid: 5\n\nevent: b\ndata: 2\nid: 6\n\n",
    "with data that looks like a block": b'data: "event: a data: 1 id: 2"\nid: 5\n\n',
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("eol", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("id_line", [b"id: N-0\n", b""], ids=["ids", "no ids"])
def test_a_block_in_a_long_row_is_what_it_is_alone(odd: bytes, eol: bytes, id_line: bytes) -> None:
    block = b"event: a\ndata: N\n%b\n" % id_line
    row = [block.replace(b"N", b"%d" % number) for number in range(60)]
    row[40] = b"event: a\n" + odd
    blocks = [block.replace(b"\n", eol) for block in row]
    alone, together = SSEDecoder(last_event_id="0"), SSEDecoder(last_event_id="0")

    events = [event for block in blocks for event in alone.feed(block)]
    assert len(events) >= 60
    assert together.feed(b"".join(blocks)) == events
    assert (together.last_event_id, together.retry) == (alone.last_event_id, alone.retry)
    assert together.comments == alone.comments
    after = b"event: a\ndata: 1\n\n"
    assert together.feed(after) == alone.feed(after)


CUT = {
    "CRLF": b"event: a\r\ndata: 12 34\r\nid: 7\r\n\r\n",
    "LF": b"event: a\ndata: 12 34\nid: 7\n\n",
    "no id": b"event: a\r\ndata: 12 34\r\n\r\n",
    "no data": b"event: a\r\ndata: \r\n\r\n",
    "CR after LF": b"event: a\ndata: 12 34\r\r",
    "CRLF after LF": b"event: a\ndata: 12 34\r\n\r\n",
    "LF after CRLF": b"event: a\r\ndata: 12 34\n\n",
    "CR after CRLF": b"event: a\r\ndata: 12 34\r\r",
    "more data": b"event: a\ndata: 12\ndata: 34\n\n",
}


@pytest.mark.parametrize("block", CUT.values(), ids=CUT.keys())
def test_an_event_that_is_cut_anywhere_comes_as_soon_as_it_is_whole(block: bytes) -> None:
    body = block + b"event: b\ndata: 5\n\n"
    known = [SSEDecoder().feed(body[:end]) for end in range(len(body) + 1)]
    assert len(known[-1]) == 2
    for first in range(len(body)):
        for second in range(first, len(body)):
            decoder = SSEDecoder()
            events: list[ServerSentEvent] = []
            for start, end in ((0, first), (first, second), (second, second), (second, len(body))):
                events += decoder.feed(body[start:end])
                assert events == known[end]
            assert decoder.pending == 0
