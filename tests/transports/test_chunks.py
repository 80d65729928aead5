"""Bodies in chunks, put together past the parser, against h11 which parses them whole."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graphwire_core.transports._chunks import Chunks, Inlet

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def pieces(body: bytes, cuts: list[int]) -> list[bytes]:
    """Cut a body where its reads end."""
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    return [body[start:end] for start, end in pairwise(places)]


def parser() -> h11.Connection:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "here")]))
    connection.send(h11.EndOfMessage())
    return connection


def drained(connection: h11.Connection) -> bytes:
    """Return the data that a parser has; raise what it says is wrong."""
    data = b""
    while True:
        event: Any = connection.next_event()
        if isinstance(event, h11.Data):
            data += bytes(event.data)
        elif event is h11.NEED_DATA or event is h11.PAUSED:
            return data


def by_parser(reads: list[bytes]) -> tuple[bytes, Any]:
    """Return the body that h11 finds, and how it ended."""
    connection, body = parser(), b""
    try:
        for data in [HEAD, *reads]:
            connection.receive_data(data)
            body += drained(connection)
    except h11.RemoteProtocolError:
        return body, "wrong"
    return body, connection.their_state


def past_parser(reads: list[bytes]) -> tuple[bytes, Any]:
    """Return the same of chunks, with h11 for the rest."""
    connection, body, chunks = parser(), b"", Chunks()
    connection.receive_data(HEAD)
    try:
        body += drained(connection)
        for data in reads:
            if chunks.rest is None:
                body += chunks.feed(data)
                rest = chunks.rest
            else:
                rest = data
            if rest is not None:
                connection.receive_data(rest)
                body += drained(connection)
    except h11.RemoteProtocolError:
        return body, "wrong"
    return body, connection.their_state


@given(
    st.lists(st.binary(min_size=1, max_size=40), max_size=12),
    st.lists(st.integers(0, 1000), max_size=40),
    st.sampled_from([b"0\r\n\r\n", b"0\r\nexpires: never\r\n\r\n", b"000\r\n\r\n", b""]),
)
def test_a_body_is_the_same_however_it_is_cut(
    datas: list[bytes], cuts: list[int], end: bytes
) -> None:
    reads = pieces(b"".join(map(chunk, datas)) + end, cuts)
    assert past_parser(reads) == by_parser(reads)
    assert past_parser(reads)[0] == b"".join(datas)


@given(
    st.lists(
        st.sampled_from(
            [b"5", b"A", b"0", b"\r\n", b"\r", b"\n", b"hello", b";x=y", b" ", b"0x5", b"+5", b"_"]
        ),
        max_size=14,
    ),
    st.lists(st.integers(0, 100), max_size=10),
)
@example([b"5", b"\r\n", b"hello", b"5", b"\r\n", b"hello", b"\r\n"], [])  # no end of a chunk
@example([b"5", b"\n", b"hello", b"\n"], [3])  # lines that end in LF
@example([b"5", b";x=y", b"\r\n", b"hello", b"\r\n", b"0", b"\r\n", b"\r\n"], [])
@example([b"5" * 30, b"\r\n", b"hello"], [7])
def test_what_is_unusual_is_the_parsers_to_judge(parts: list[bytes], cuts: list[int]) -> None:
    reads = pieces(b"".join(parts), cuts)
    (body, state), (known, told) = past_parser(reads), by_parser(reads)
    assert state == told
    # h11 may have seen the end of what it refuses; whatever was given out is the beginning of it.
    assert body == known or (
        state == "wrong" and (known.startswith(body) or body.startswith(known))
    )


def test_chunks_cost_the_same_however_many_there_are() -> None:
    chunks = Chunks()
    body = chunk(b"token") * 50_000
    assert chunks.feed(body) == b"token" * 50_000
    assert chunks.rest is None


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_body_in_chunks_is_held_back_wherever_its_head_is_cut(size: int) -> None:
    inlet = Inlet()
    inlet.expect()
    data = HEAD + chunk(b"hello")
    cut = [data[at : at + size] for at in range(0, len(data), size)]
    seen = held = b""
    for piece in cut:
        if inlet.held is None:
            seen += inlet.admit(piece)
        else:
            held += piece
    assert seen == HEAD
    assert (inlet.taken() or b"") + held == chunk(b"hello")


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace(b"200", b"404"),
        HEAD.replace(b"chunked", b"gzip, chunked"),
        HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        HEAD.replace(b"Transfer-Encoding: chunked", b"Content-Length: 10"),
        HEAD.replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD,
    ],
)
def test_any_other_body_is_for_the_parser(head: bytes) -> None:
    inlet = Inlet()
    inlet.expect()
    assert inlet.admit(head + chunk(b"hello")) == head + chunk(b"hello")
    assert inlet.held is None


def test_nothing_is_held_back_where_no_response_is_expected() -> None:
    inlet = Inlet()
    assert inlet.admit(HEAD + chunk(b"hello")) == HEAD + chunk(b"hello")
