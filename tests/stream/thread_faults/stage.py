"""A server of one thread on raw sockets: each connection for events meets the next act of a script.

Commands, runs and states are answered beside it. Nothing in it waits for a time: acts wait for the
test where it hands them an event, and for the client where it is to close.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from functools import cache
from types import TracebackType
from typing import Any, Self

from tests.stream.event_transports.feeds import (
    FEEDS,
    SUBSCRIBED,
    Feed,
    read_frame,
    switching,
    ws_close,
    ws_frame,
)
from tests.stream.scripted import run_body
from tests.stream.session.model import Entry, ModelConnection
from tests.stream.thread_faults.story import OUTPUT, RUN, STORY, counting
from tests.transports.wire import CHUNKED, PATIENCE, Peer, Received, Server, chunk, response

__all__ = [
    "JSON",
    "Act",
    "Command",
    "Stage",
    "Wire",
    "accepted",
    "many",
    "once",
    "plays",
    "refusal",
    "refused",
    "waited",
]

JSON = "content-type: application/json"


class Wire:
    """The server's end of one connection for events."""

    def __init__(self, stage: Stage, peer: Peer, request: Received) -> None:
        self.stage = stage
        self.peer = peer
        self.request = request
        self.feed: Feed = FEEDS["sse" if request.line.startswith("POST") else "websocket"]
        self.channels: frozenset[str] = frozenset()
        self._model = ModelConnection(frozenset(), "")

    def begin(self, *headers: str) -> None:
        """Accept the connection and its subscription; `headers` are told besides over SSE."""
        if self.feed.name == "sse":
            wanted = json.loads(self.request.body)
            head = CHUNKED.removesuffix(b"\r\n")
            self.peer.send(head, *(f"{header}\r\n".encode() for header in headers), b"\r\n")
        else:
            self.peer.send(switching(self.request))
            wanted = json.loads(read_frame(self.peer)[1])["params"]
            self.peer.send(ws_frame(SUBSCRIBED))
        self.channels = frozenset(wanted["channels"])
        separator = "\ufffd" if self.feed.name == "sse" else "\0"
        self._model = ModelConnection(self.channels, separator)

    def refuse(self, reply: bytes) -> None:
        """Switch to WebSocket, answer the subscription so, and wait until the client has closed."""
        self.peer.send(switching(self.request))
        read_frame(self.peer)
        self.peer.send(ws_frame(reply))
        self.hold()

    def frames(self, entries: Sequence[Entry], *, live: bool = True) -> list[bytes]:
        """Write events as this connection gets them."""
        for entry in entries:
            if live or not entry.live_only:
                self._model.take_in(entry)
        frames = [json.dumps(frame).encode() for frame in self._model.frames]
        self._model.frames.clear()
        return frames

    def hide(self, number: int) -> None:
        """Count events that this connection does not get."""
        self._model.seq += number

    def tell(self, entries: Sequence[Entry], *, live: bool = True) -> None:
        """Send events in one piece; `live` as they happen, else as they are repeated."""
        self.raw(self.feed.write(*self.frames(entries, live=live)))

    def say(self, *frames: bytes) -> None:
        """Send frames that are written already."""
        self.raw(self.feed.write(*frames))

    def say_at_once(self, *frames: bytes) -> None:
        """Send frames in as few chunks as the wire knows."""
        if self.feed.name == "sse":
            self.raw(chunk(b"".join(b"data: %b\n\n" % frame for frame in frames)))
        else:
            self.say(*frames)

    def beat(self) -> None:
        """Send a sign of life."""
        self.raw(self.feed.beat())

    def raw(self, data: bytes) -> None:
        """Send bytes."""
        if data:
            self.peer.send(data)

    def beat_on(self) -> None:
        """Show life until the client closes."""
        while not select.select([self.peer.sock], [], [], 0.02)[0]:
            self.beat()
        self.hold()

    # Endings

    def hold(self) -> None:
        """Wait until the client has closed."""
        self.feed.end(self.peer)

    def reset(self) -> None:
        """End with a reset."""
        self.peer.reset()

    def vanish(self) -> None:
        """Close the socket, without a word of the protocol."""
        self.peer.close()

    def finish(self) -> None:
        """End in order."""
        self.raw(b"0\r\n\r\n" if self.feed.name == "sse" else ws_close(1000))
        self.peer.close()

    def close_with(self, code: int, reason: str = "") -> None:
        """End with a close code of WebSocket, and wait for the client's."""
        self.raw(ws_close(code, reason))
        self.peer.wait_closed()


Act = Callable[[Wire], None]
"""What the server does with one connection for events."""

Command = Callable[["Stage", Peer, dict[str, Any]], None]
"""How the server answers a command."""


def accepted(stage: Stage, peer: Peer, command: dict[str, Any]) -> None:
    """Start the run of the story."""
    result = {"run_id": RUN} if command["method"] == "run.start" else {}
    _answer(peer, {"type": "success", "id": command["id"], "result": result})


def refused(code: str, message: str) -> Command:
    """Make the answer of a server that refuses."""

    def answer(stage: Stage, peer: Peer, command: dict[str, Any]) -> None:
        refusal = {"type": "error", "id": command["id"], "error": code, "message": message}
        _answer(peer, refusal)

    return answer


def once(event: threading.Event) -> Command:
    """Make the answer of a server that accepts when the test says so."""

    def answer(stage: Stage, peer: Peer, command: dict[str, Any]) -> None:
        waited(event)
        accepted(stage, peer, command)

    return answer


class Stage:
    """The server; `acts` are met in order, the last one by all that come after it too.

    `status` is that of the run, `state` that of the thread; the test may change both, and give some
    runs `statuses` of their own. Where it is `slow`, it lists the runs of the thread only when the
    test says so.
    """

    def __init__(
        self,
        *acts: Act,
        command: Command = accepted,
        status: str = "running",
        slow: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.subscriptions: list[Received] = []
        """Requests for events."""
        self.questions = 0
        """How often the run was asked for."""
        self.status = status
        self.statuses: dict[str, str] = {}
        self.lookups: Callable[[Peer], None] | None = None
        """How every look at runs and states is answered instead."""
        self.latest = RUN
        """The run that was created last."""
        self.state: dict[str, Any] = {"values": OUTPUT, "next": [], "tasks": []}
        self.command = command
        self.commanded = threading.Event()
        """Set when the first command has come."""
        self.reached = threading.Event()
        """For an act to set, and the test to wait for."""
        self.go = threading.Event()
        """For the test to set, and an act to wait for."""
        self.open = 0
        """Connections for events that the client has not closed."""
        self._acts = acts
        self._slow = slow
        self._changed = threading.Condition()
        self._server = Server(self._serve, tls=tls)
        self.url = self._server.url

    @property
    def requests(self) -> list[Received]:
        """Every request, whatever it was for."""
        return self._server.requests

    @property
    def threads(self) -> list[threading.Thread]:
        """The threads of the server that are at work."""
        return [thread for thread in self._server._threads if thread.is_alive()]

    def is_left(self) -> bool:
        """Wait until the client has closed every connection for events; return whether it did."""
        with self._changed:
            return self._changed.wait_for(lambda: self.open == 0, PATIENCE)

    def stop_listening(self) -> None:
        """Refuse connections from now on."""
        listener = self._server._listener
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    def _serve(self, peer: Peer) -> None:
        peer.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            request = peer.request()
            path = request.line.split()[1].partition("?")[0]
            if path.endswith("/stream/events"):
                self._stream(Wire(self, peer, request))
            elif path.endswith("/commands"):
                self.commanded.set()
                self.command(self, peer, json.loads(request.body))
            else:
                self._look_up(peer, path, request)

    def _look_up(self, peer: Peer, path: str, request: Received) -> None:
        if self.lookups is not None:
            self.questions += 1
            self.lookups(peer)
        elif "/runs/" in path:
            self.questions += 1
            peer.send(response(self._run(path.rpartition("/")[2]), JSON))
        elif path.endswith("/runs"):
            if self._slow:
                self.reached.set()
                waited(self.go)
            peer.send(response(b"[%b]" % self._run(self.latest), JSON))
        elif path.endswith("/state"):
            _answer(peer, self.state)
        elif path.endswith("/history"):
            _answer(peer, [self.state])
        elif path.endswith("/graph"):
            _answer(peer, {"nodes": [], "edges": []})
        else:
            raise AssertionError(f"an unexpected request: {request.line}")

    def _run(self, run_id: str) -> bytes:
        return run_body(self.statuses.get(run_id, self.status), run_id)

    def _stream(self, wire: Wire) -> None:
        with self._changed:
            index = min(len(self.subscriptions), len(self._acts) - 1)
            self.subscriptions.append(wire.request)
            self.open += 1
        try:
            self._acts[index](wire)
        finally:
            with self._changed:
                self.open -= 1
                self._changed.notify_all()

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, traceback)


def plays(
    entries: Sequence[Entry] = STORY,
    *,
    known: int = 0,
    upto: int | None = None,
    before: Sequence[Entry] = (),
    end: Act = Wire.hold,
) -> Act:
    """Make an act that accepts, repeats what is known, goes on to some entry, and ends.

    `before` are earlier runs, which are repeated first.
    """

    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell([*before, *entries[:known]], live=False)
        wire.tell(entries[known:upto])
        end(wire)

    return act


@cache
def _frames(number: int) -> list[bytes]:
    """Write a long run, as every kind of connection gets it."""
    connection = ModelConnection(frozenset({"values", "lifecycle"}), "")
    for entry in counting(number):
        connection.take_in(entry)
    return [json.dumps(frame).encode() for frame in connection.frames]


def many(number: int) -> Act:
    """Make an act that sends a run of so many states, as fast as they are read."""
    frames = _frames(number)  # written before a client waits for them

    def act(wire: Wire) -> None:
        wire.begin()
        for start in range(0, len(frames), 1000):
            wire.say_at_once(*frames[start : start + 1000])
        wire.hold()

    return act


def refusal(status: str, *headers: str, body: bytes = b"") -> Act:
    """Make an act that answers with a status, or with something that is no stream."""
    return lambda wire: wire.peer.send(response(body, *headers, status=status))


def waited(for_event: threading.Event) -> None:
    """Wait for the test."""
    assert for_event.wait(PATIENCE), "the test did not go on"


def _answer(peer: Peer, body: Any) -> None:
    peer.send(response(json.dumps(body).encode(), JSON))
