"""The server's side of event connections, over raw sockets: how each kind begins and writes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import struct
from collections.abc import Callable
from typing import Any, Protocol

from tests.transports.wire import CHUNKED, Peer, Received, Script, Server, chunk, response

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
THREAD = "00000000-0000-0000-0000-000000000001"
EVENTS = f"/threads/{THREAD}/stream/events"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def event(number: int, **data: Any) -> bytes:
    """Write one event of the protocol."""
    params = {"namespace": [], "timestamp": 1, "data": {"number": number, **data}}
    frame = {"type": "event", "event_id": f"{number}-0", "seq": number, "method": "values"}
    return json.dumps({**frame, "params": params}, separators=(",", ":")).encode()


def events(*numbers: int) -> list[bytes]:
    """Write several."""
    return [event(number) for number in numbers]


def ws_frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True) -> bytes:
    """Encode a frame as a server does, without a mask."""
    first = opcode | (0x80 if fin else 0)
    if len(payload) < 126:
        return struct.pack("!BB", first, len(payload)) + payload
    if len(payload) < 1 << 16:
        return struct.pack("!BBH", first, 126, len(payload)) + payload
    return struct.pack("!BBQ", first, 127, len(payload)) + payload


def ws_close(code: int, reason: str = "") -> bytes:
    """Encode a close frame."""
    return ws_frame(struct.pack("!H", code) + reason.encode(), CLOSE)


def switching(request: Received, *, accept: str | None = None) -> bytes:
    """Write the head that agrees to a WebSocket."""
    key = (request.header("sec-websocket-key") or "").encode()
    digest = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "upgrade: websocket",
        "connection: Upgrade",
        f"sec-websocket-accept: {accept or digest}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def read_frame(peer: Peer) -> tuple[int, bytes]:
    """Read a frame of the client; its payload is masked."""
    first, second = _exactly(peer, 2)
    size = second & 0x7F
    assert second & 0x80, "a client masks its frames"
    if size == 126:
        (size,) = struct.unpack("!H", _exactly(peer, 2))
    mask, data = _exactly(peer, 4), _exactly(peer, size)
    return first & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


def farewell(peer: Peer) -> None:
    """Answer the client's close, and wait until it has closed."""
    with contextlib.suppress(OSError, EOFError):
        while read_frame(peer)[0] != CLOSE:
            pass
        peer.send(ws_close(1000))
    peer.wait_closed()


def _exactly(peer: Peer, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = peer.sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


SUBSCRIBED = json.dumps({"type": "success", "id": 1, "result": {"subscription_id": "s"}}).encode()


class Feed(Protocol):
    """A kind of connection, as its server writes it."""

    name: str

    def begin(self, peer: Peer) -> Received:
        """Accept the connection and its subscription."""

    def write(self, *frames: bytes) -> bytes:
        """Encode frames, so that they can be sent in one piece."""

    def beat(self) -> bytes:
        """Encode a sign of life."""

    def end(self, peer: Peer) -> None:
        """Wait until the client has closed."""


class SseFeed:
    """Server-sent events, as the real server writes them."""

    name = "sse"

    def begin(self, peer: Peer) -> Received:
        request = peer.request()
        peer.send(CHUNKED)
        return request

    def write(self, *frames: bytes) -> bytes:
        return b"".join(
            chunk(b"event: values\r\ndata: %b\r\nid: 1\r\n\r\n" % frame) for frame in frames
        )

    def beat(self) -> bytes:
        return chunk(b": heartbeat\r\n\r\n")

    def end(self, peer: Peer) -> None:
        peer.wait_closed()


class WebSocketFeed:
    """WebSocket."""

    name = "websocket"

    def begin(self, peer: Peer) -> Received:
        request = peer.request()
        peer.send(switching(request))
        opcode, command = read_frame(peer)
        assert opcode == TEXT
        assert json.loads(command)["method"] == "subscription.subscribe"
        peer.send(ws_frame(SUBSCRIBED))
        return request

    def write(self, *frames: bytes) -> bytes:
        return b"".join(map(ws_frame, frames))

    def beat(self) -> bytes:
        return ws_frame(b"", PONG)

    def end(self, peer: Peer) -> None:
        farewell(peer)


FEEDS: dict[str, Feed] = {"sse": SseFeed(), "websocket": WebSocketFeed()}


def feeding(feed: Feed, act: Callable[[Peer], None] | None = None) -> Script:
    """Accept connections; after `act`, wait until the client has closed."""

    def script(peer: Peer) -> None:
        feed.begin(peer)
        if act is not None:
            act(peer)
        feed.end(peer)

    return script


def talking(*messages: bytes) -> Script:
    """Agree to a WebSocket, read the subscription, and send what is encoded already."""

    def script(peer: Peer) -> None:
        peer.send(switching(peer.request()))
        read_frame(peer)
        peer.send(*messages)
        farewell(peer)

    return script


def refusing(status: str, body: bytes = b"", *headers: str) -> Script:
    """Answer every request with a status."""

    def script(peer: Peer) -> None:
        with contextlib.suppress(EOFError):
            while True:
                peer.request()
                peer.send(response(body, *headers, status=status))

    return script


__all__ = [
    "BINARY",
    "CLOSE",
    "EVENTS",
    "FEEDS",
    "PING",
    "PONG",
    "SUBSCRIBED",
    "TEXT",
    "THREAD",
    "Feed",
    "Server",
    "event",
    "events",
    "farewell",
    "feeding",
    "read_frame",
    "refusing",
    "switching",
    "talking",
    "ws_close",
    "ws_frame",
]
