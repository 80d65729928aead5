"""The file that answers are kept in."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from graphwire_core.errors import ConfigurationError
from graphwire_core.transports import Request

__all__ = ["Recorded", "Tape"]

REDACTED = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"})
"""Headers whose values are not written to a file."""

REFUSED = 400


@dataclass(frozen=True)
class Recorded:
    """One answer of the tape."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes


class Tape:
    """Answers by request, in a JSON file that people can read and review."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._entries: dict[str, dict[str, object]] = {}
        try:
            if path.exists():
                self._entries = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"CASSETTE_FILE: {str(path)!r} is no cassette") from error

    @classmethod
    def of_environment(cls) -> Tape:
        """Open the file that `CASSETTE_FILE` names."""
        name = os.environ.get("CASSETTE_FILE")
        if not name:
            raise ConfigurationError("CASSETTE_FILE: expected the path of a file, got nothing")
        return cls(Path(name))

    def find(self, request: Request) -> Recorded | None:
        """Return the answer that was recorded for a request, if one was."""
        entry = self._entries.get(_key(request))
        if entry is None:
            return None
        answer = Recorded(**entry["answer"])  # type: ignore[arg-type]  # of the file
        return Recorded(answer.status_code, answer.headers, base64.b64decode(answer.body))

    def record(self, request: Request, answer: Recorded) -> None:
        """Keep the answer to a request, without the credentials of either.

        A refusal is not kept: credentials that renew their token send the same request again.
        """
        if answer.status_code >= REFUSED:
            return
        entry: dict[str, object] = {
            "request": {
                "method": request.method,
                "url": request.url,
                "headers": _redacted(request.headers),
            },
            "answer": {
                "status_code": answer.status_code,
                "headers": _redacted(answer.headers),
                "body": base64.b64encode(answer.body).decode(),
            },
        }
        with self._lock:
            self._entries[_key(request)] = entry
            self._path.write_text(json.dumps(self._entries, indent=2))


def _key(request: Request) -> str:
    """Tell requests apart by what they ask for, not by who asks."""
    digest = sha256(request.content).hexdigest()[:16]
    return f"{request.method} {request.url} {digest}"


def _redacted(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: "<redacted>" if name.lower() in REDACTED else value
        for name, value in headers.items()
        if name.lower() not in {"content-encoding", "content-length", "transfer-encoding"}
    }
