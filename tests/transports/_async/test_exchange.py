"""A request goes out as it is, a response comes in as it is sent."""

from __future__ import annotations

import gzip
import threading
import zlib

import pytest
from tests.transports._async.reading import fetch
from tests.transports.wire import (
    CHUNKED,
    PATIENCE,
    Peer,
    Server,
    answer,
    chunk,
    get,
    post,
    response,
)

from graphwire_core.transports import AsyncTransport


@pytest.mark.parametrize(
    "path",
    [
        "/threads/%2E%2E/state",
        "/store/%2Fetc%2Fpasswd",
        "/%C3%A9%20%25",
        "/q?x=a%2Bb+c&y=%26&z=",
        "//double//slashes/",
        "/semi;colon,comma'(paren)!*@:$",
    ],
)
async def test_a_quoted_path_is_sent_as_it_is(transport: AsyncTransport, path: str) -> None:
    with Server(answer()) as server:
        await fetch(transport, get(server.url, path))
    assert server.requests[0].line == f"GET {path} HTTP/1.1"


async def test_the_headers_are_those_of_the_request_and_the_host(
    transport: AsyncTransport,
) -> None:
    with Server(answer()) as server:
        await fetch(transport, get(server.url))
        await fetch(transport, post(server.url, b'{"a":1}'))
    names = [sorted(name.lower() for name, _ in one.headers) for one in server.requests]
    assert names == [["accept", "host"], ["content-length", "content-type", "host"]]
    assert server.requests[0].header("host") == f"127.0.0.1:{server.port}"
    assert server.requests[1].header("content-type") == "application/json"


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 3_000_000])
async def test_a_body_of_any_size_arrives_whole(transport: AsyncTransport, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    with Server(answer()) as server:
        await fetch(transport, post(server.url, content[:size]))
    assert server.requests[0].body == content[:size]
    assert server.requests[0].header("content-length") == str(size)


async def test_the_head_of_a_response_is_lower_case_and_joined(transport: AsyncTransport) -> None:
    head = response(b"{}", "X-Many: one", "x-MANY: two", "Location: /a?b", status="418 Teapot")
    with Server(answer(head)) as server:
        answered = await transport.send(get(server.url))
        await answered.aclose()
    assert answered.status_code == 418
    assert answered.headers["x-many"] == "one, two"
    assert answered.headers.get("location") == "/a?b"
    assert answered.headers.get("x-none") is None
    assert sorted(answered.headers) == ["content-length", "location", "x-many"]


async def test_a_redirect_is_not_followed_and_a_cookie_not_kept(transport: AsyncTransport) -> None:
    head = response(b"", "location: /other", "set-cookie: a=b; path=/", status="302 Found")
    with Server(answer(head)) as server:
        for _ in range(2):
            answered = await transport.send(get(server.url))
            await answered.aclose()
            assert answered.status_code == 302
    assert len(server.requests) == 2
    assert server.requests[1].header("cookie") is None


async def test_a_header_may_be_long(transport: AsyncTransport) -> None:
    with Server(answer(response(b"", "x-long: " + "y" * 30_000))) as server:
        answered = await transport.send(get(server.url))
        await answered.aclose()
    assert len(answered.headers["x-long"]) == 30_000


def deflated(data: bytes) -> bytes:
    """Compress as some servers understand "deflate": without the header of zlib."""
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return raw.compress(data) + raw.flush()


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", deflated)],
)
async def test_the_content_encoding_is_undone(
    transport: AsyncTransport, encoding: str, encode: object
) -> None:
    body = b'{"messages": [' + b'"hello", ' * 20_000 + b"null]}"
    assert callable(encode)
    with Server(answer(response(encode(body), f"content-encoding: {encoding}"))) as server:
        assert await fetch(transport, get(server.url)) == body


async def test_a_stream_arrives_while_the_server_still_writes(transport: AsyncTransport) -> None:
    seen = [threading.Event() for _ in range(3)]

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED)
        for number, event in enumerate(seen):
            peer.send(chunk(b"event %d" % number))
            assert event.wait(PATIENCE), "the client did not see it"
        peer.send(chunk(b""))

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        chunks: list[bytes] = []
        async for one in answered.aiter_bytes():
            seen[len(chunks)].set()
            chunks.append(one)
        await answered.aclose()
    assert chunks == [b"event 0", b"event 1", b"event 2"]


async def test_a_compressed_stream_arrives_while_the_server_still_writes(
    transport: AsyncTransport,
) -> None:
    seen = threading.Event()
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(CHUNKED.replace(b"\r\n\r\n", b"\r\ncontent-encoding: gzip\r\n\r\n"))
        peer.send(chunk(packer.compress(b"one") + packer.flush(zlib.Z_SYNC_FLUSH)))
        assert seen.wait(PATIENCE), "the client did not see it"
        peer.send(chunk(packer.compress(b"two") + packer.flush()), chunk(b""))

    with Server(script) as server:
        answered = await transport.send(get(server.url))
        body = b""
        async for one in answered.aiter_bytes():
            body += one
            seen.set()
        await answered.aclose()
    assert body == b"onetwo"


async def test_a_body_without_a_length_ends_with_its_connection(transport: AsyncTransport) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.0 200 OK\r\n\r\nall of it")
        peer.close()

    with Server(script) as server:
        assert await fetch(transport, get(server.url)) == b"all of it"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_a_status_without_a_body_has_none(transport: AsyncTransport, status: str) -> None:
    with Server(answer(f"HTTP/1.1 {status}\r\n\r\n".encode())) as server:
        for _ in range(2):
            assert await fetch(transport, get(server.url)) == b""
    assert server.connections == 1


async def test_an_interim_response_is_passed_over(transport: AsyncTransport) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    with Server(answer(interim, response(b"final"))) as server:
        assert await fetch(transport, get(server.url)) == b"final"
