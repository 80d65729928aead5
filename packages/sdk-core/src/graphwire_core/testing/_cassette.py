"""A file of recorded answers: which requests were made, and what came back."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from graphwire_core._arguments import check_choice
from graphwire_core.testing._failures import CassetteError
from graphwire_core.testing._redaction import Redaction
from graphwire_core.testing._replies import Reply
from graphwire_core.transports._types import Request

__all__ = ["Cassette", "CassetteMode"]

CassetteMode: TypeAlias = Literal["once", "replay", "record"]
"""`"once"`: replay what the file holds, record when there is no file; `"replay"`: never record;
`"record"`: record anew."""

_VERSION = 1
_OF_CONNECTION = frozenset({"connection", "content-encoding", "content-length", "date", "server"})
"""Response headers that say nothing about the answer, or not about what is written down."""
_OF_REQUEST = frozenset({"accept", "content-type", "last-event-id"})
"""Request headers that are written down, for people to read: they are not compared."""


class Cassette:
    """Requests and answers in a JSON file that people can read and review, without credentials.

    A request is found by its method, path, query and body, wherever the server was. Each recorded
    answer is given once, in the order of the recording.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        mode: CassetteMode = "once",
        redact: Iterable[str] = (),
    ) -> None:
        """Open a cassette.

        Args:
            path: The file; folders above it are made when it is written.
            mode: See `CassetteMode`.
            redact: Names of more headers, query parameters and JSON fields that are secret.

        Raises:
            CassetteError: The file cannot be read, is no cassette, or is missing in mode
                `"replay"`.
            InvalidArgumentError: There is no such mode.
        """
        check_choice("mode", mode, CassetteMode)
        self._path = Path(path)
        self._redaction = Redaction(redact)
        self.recording = mode == "record" or (mode == "once" and not self._path.exists())
        """Whether requests go to the server and their answers to the file."""
        self._interactions = [] if self.recording else _read(self._path)
        self._given = [False] * len(self._interactions)

    @property
    def unused(self) -> list[str]:
        """Method and path of the recorded requests that were not made yet."""
        pairs = zip(self._interactions, self._given, strict=False)
        return [_line(one["request"]) for one, given in pairs if not given and not self.recording]

    def replay(self, request: Request) -> Reply:
        """Return the recorded answer to a request.

        Raises:
            CassetteError: None is left; the message lists what is.
        """
        wanted = self._described(request)
        for number, interaction in enumerate(self._interactions):
            if not self._given[number] and _same(interaction["request"], wanted):
                self._given[number] = True
                return _reply(interaction["response"])
        left = "; ".join(self.unused) or "none"
        same = [one for one in self._interactions if _line(one["request"]) == _line(wanted)]
        hint = ", with another query or body, or given already" if same else ""
        raise CassetteError(
            f"{self._path}: no recorded answer is left for {_line(wanted)}{hint}; left: {left}. "
            "Record it again with mode='record'"
        )

    def record(
        self, request: Request, status_code: int, headers: Mapping[str, str], body: Sequence[bytes]
    ) -> None:
        """Write down a request and its answer, without the credentials of either."""
        described = self._described(request)  # what is secret of it, is so in the answer too
        self._redaction.learn(headers)
        kept = {name: value for name, value in headers.items() if name not in _OF_CONNECTION}
        response = {
            "status_code": status_code,
            "headers": self._redaction.named(kept),
            "body": self._written(body, headers.get("content-type", "")),
        }
        self._interactions.append({"request": described, "response": response})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = {"version": _VERSION, "interactions": self._interactions}
        self._path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    def _described(self, request: Request) -> dict[str, Any]:
        self._redaction.learn(request.headers)
        parts = urlsplit(request.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        shown = {name: value for name, value in request.headers.items() if name in _OF_REQUEST}
        return {
            "method": request.method,
            "path": self._redaction.text(parts.path),
            "query": self._redaction.named(query),
            "headers": self._redaction.named(shown),
            "body": self._written([request.content], request.headers.get("content-type", "")),
        }

    def _written(self, body: Sequence[bytes], kind: str) -> Any:
        """Return a body as it is written: JSON, pieces of text, or pieces of base64."""
        whole = b"".join(body)
        if kind.startswith("application/json") and whole:
            try:
                return {"json": self._redaction.data(json.loads(whole))}
            except ValueError:
                pass
        try:
            text = whole.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(whole).decode()}
        if not kind.startswith("text/event-stream"):
            return {"text": self._redaction.text(text)}
        return {"events": [self._event(block) for block in _blocks(text)]}

    def _event(self, block: str) -> str:
        """Return an event without secrets, those in the JSON of its data included."""
        lines = block.splitlines(keepends=True)
        return "".join(self._line(line) for line in lines)

    def _line(self, line: str) -> str:
        name, colon, value = line.partition(":")
        if name == "data":
            content = value.rstrip("\r\n")
            try:
                data = self._redaction.data(json.loads(content))
            except ValueError:
                return self._redaction.text(line)
            if data != json.loads(content):
                return f"{name}{colon} {json.dumps(data)}{value[len(content) :]}"
        return self._redaction.text(line)


def _blocks(text: str) -> list[str]:
    """Cut a stream after each event, so that it is replayed event by event."""
    blocks, current = [], ""
    for line in text.splitlines(keepends=True):
        current += line
        if not line.strip("\r\n"):
            blocks.append(current)
            current = ""
    return [*blocks, current] if current else blocks


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise CassetteError(f"{path}: there is no such cassette; mode='record' makes it") from error
    except (OSError, ValueError) as error:
        raise CassetteError(f"{path}: cannot be read as a cassette: {error}") from error
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        raise CassetteError(f"{path}: expected a cassette of version {_VERSION}")
    interactions: list[dict[str, Any]] = content["interactions"]
    return interactions


def _same(recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(recorded[part] == wanted[part] for part in ("method", "path", "query", "body"))


def _line(request: Mapping[str, Any]) -> str:
    return f"{request['method']} {request['path']}"


def _reply(response: Mapping[str, Any]) -> Reply:
    body = response["body"]
    if "json" in body:
        pieces = [json.dumps(body["json"]).encode()]
    elif "events" in body:
        pieces = [event.encode() for event in body["events"]]
    elif "base64" in body:
        pieces = [base64.b64decode(body["base64"])]
    else:
        pieces = [body["text"].encode()] if body["text"] else []
    return Reply(pieces, response["status_code"], response["headers"])
