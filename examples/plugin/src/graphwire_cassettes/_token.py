"""Credentials: a token that something else renews, in a file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from graphwire_core import ClientSettings
from graphwire_core.errors import ConfigurationError
from graphwire_core.plugins import Answer, Call, CredentialsFlow, Send
from graphwire_core.transports import Request

__all__ = ["RotatingToken"]

UNAUTHORIZED = 401


class RotatingToken:
    """Reads the token when there is none yet, and again when the server no longer takes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token = ""

    @classmethod
    def of(cls, _: ClientSettings) -> RotatingToken:
        """Take the file that `CASSETTE_TOKEN_FILE` names."""
        name = os.environ.get("CASSETTE_TOKEN_FILE")
        if not name:
            raise ConfigurationError("CASSETTE_TOKEN_FILE: expected the path of a file")
        return cls(Path(name))

    def flow(self, request: Request) -> CredentialsFlow:
        """Send the request with the token; on 401 once more with what the file holds by now."""
        if not self._token:
            self._token = yield Call(self._read)
        answer: Answer = yield self._send(request)
        if answer.status_code == UNAUTHORIZED:
            self._token = yield Call(self._read)
            yield self._send(request)

    def _read(self) -> str:
        return self._path.read_text().strip()

    def _send(self, request: Request) -> Send:
        return Send(
            replace(request, headers={**request.headers, "authorization": f"Bearer {self._token}"})
        )

    def __repr__(self) -> str:
        return f"RotatingToken({str(self._path)!r})"
