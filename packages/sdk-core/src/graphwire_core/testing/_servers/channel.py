"""The way to the server's process: requests of the tests, and what the server says to them."""

from __future__ import annotations

import json
import socket

from graphwire_core.testing._servers.inside import ANSWER, Report

__all__ = ["Channel"]


class Channel:
    """One end of a pair of sockets; the other end is the server's."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()

    @property
    def number(self) -> int:
        """Descriptor of the server's end."""
        return self.theirs.fileno()

    def ask(self, call: str, *arguments: str) -> Report | None:
        """Have the server do something; `None` when it is gone."""
        try:
            self._ours.settimeout(ANSWER)
            self._ours.sendall(json.dumps([call, *arguments]).encode() + b"\n")
        except OSError:
            return None
        return self.read()

    def read(self) -> Report | None:
        """Read what the server says; `None` when it is gone."""
        line = b""
        try:
            while not line.endswith(b"\n"):
                piece = self._ours.recv(65536)
                if not piece:
                    return None
                line += piece
        except OSError:
            return None
        report: Report = json.loads(line)
        return report

    def close(self) -> None:
        """Close our end; a server that still runs ends."""
        self._ours.close()
