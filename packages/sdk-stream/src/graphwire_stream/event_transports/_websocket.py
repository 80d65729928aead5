"""The WebSocket protocol over bytes: RFC 6455 as the library `websockets` has it, without a socket.

The handshake is a request of the client like any other, so that proxy, TLS, credentials and
middleware are those of its other calls, in both colours alike; from there on this module speaks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from graphwire_core._operation import Operation
from graphwire_core.errors import GraphwireError, StreamProtocolError
from graphwire_stream.event_transports._endings import closed, ended
from graphwire_stream.event_transports._frames import Arrival
from graphwire_stream.event_transports._framing import Framing

__all__ = ["Conversation"]

_LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a message, as much as an event of server-sent events may have."""

_ANSWERED = ("connection", "upgrade", "sec-websocket-accept", "sec-websocket-extensions")
_SWITCHING: Final = 101

# The library logs headers and messages, which may hold what is not to be logged.
_silent = logging.Logger("graphwire.websocket", logging.CRITICAL + 1)  # noqa: LOG001  # no parent


class Conversation:
    """One connection, from the headers that ask for it to its end."""

    def __init__(self) -> None:
        self._protocol = ClientProtocol(
            parse_uri("ws://server/"), state=State.OPEN, max_size=_LARGEST, logger=_silent
        )
        self._framing = Framing(_LARGEST)
        self._parts: list[bytes] = []

    @property
    def over(self) -> bool:
        """Whether both sides have said that it ends, or one has gone."""
        return self._protocol.state is State.CLOSED or self._protocol.close_rcvd is not None

    def proposal(self) -> dict[str, str]:
        """Return the headers of the request that asks for it."""
        headers = self._protocol.connect().headers
        return {
            name.lower(): value for name, value in headers.raw_items() if name.lower() != "host"
        }

    def check(self, headers: Mapping[str, str]) -> None:
        """Refuse a response of status 101 which agrees to something else.

        Raises:
            StreamProtocolError: It does.
        """
        known = Headers({name: headers[name] for name in _ANSWERED if name in headers})
        try:
            self._protocol.process_response(Response(_SWITCHING, "", known))
        except InvalidHandshake as error:
            raise StreamProtocolError(f"malformed WebSocket handshake: {error}") from error

    def send(self, text: bytes) -> None:
        """Say something."""
        self._protocol.send_text(text)

    def ping(self) -> None:
        """Ask whether the other side is there."""
        self._protocol.send_ping(b"")

    def close(self) -> None:
        """Say that it ends, unless that was said."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)

    def outgoing(self) -> bytes:
        """Return what is to be sent, perhaps nothing."""
        return b"".join(self._protocol.data_to_send())

    def feed(self, data: bytes, operation: Operation[None]) -> Arrival:
        """Take what was received, `b""` for the end; return the messages that it completes."""
        payloads: list[bytes] = []
        beat = False
        failure: GraphwireError | None = None
        between = self._is_between_messages
        for header, frame in self._framing.cut(data):
            if header and between:
                payloads.append(frame[header:])
                continue
            self._protocol.receive_data(frame)
            beat, failure = self._read(payloads, beat=beat)
            if failure is not None:
                break
            between = self._is_between_messages
        if not data:
            self._protocol.receive_data(self._framing.rest())
            self._protocol.receive_eof()
            beat, failure = self._read(payloads, beat=beat)
        return Arrival(payloads, beat, len(data), failure or self._failure(operation))

    @property
    def _is_between_messages(self) -> bool:
        """Whether the next frame is the beginning of a message, if anything."""
        return not self._parts and not self.over and self._protocol.parser_exc is None

    def _read(self, payloads: list[bytes], *, beat: bool) -> tuple[bool, GraphwireError | None]:
        """Add the messages that the library has made; return signs of life, and a fault."""
        for frame in self._protocol.events_received():
            if not isinstance(frame, Frame):
                continue
            beat = beat or frame.opcode in (Opcode.PING, Opcode.PONG)
            if frame.opcode is Opcode.BINARY:
                return beat, StreamProtocolError(
                    f"malformed frame: expected text, got a binary message of {len(frame.data)} "
                    "bytes or more"
                )
            if frame.opcode in (Opcode.TEXT, Opcode.CONT):
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    payloads.append(b"".join(self._parts))
                    self._parts.clear()
        return beat, None

    def _failure(self, operation: Operation[None]) -> GraphwireError | None:
        if (close := self._protocol.close_rcvd) is not None:
            return closed(close.code, close.reason, operation)
        error = self._protocol.parser_exc
        if isinstance(error, EOFError):
            return ended("it broke off, without a closing handshake (code 1006)", operation)
        if error is not None:
            return StreamProtocolError(f"malformed WebSocket frame: {error}")
        return None
