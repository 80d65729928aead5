"""Frames that were recorded from the real server, over SSE, WebSocket and HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMMANDS = HERE / "transcripts" / "commands_http.json"
SSE = sorted([*(HERE / "transcripts").glob("*.sse"), *(HERE.parent / "captures").glob("v3_*.sse")])
WEBSOCKET = sorted((HERE / "transcripts").glob("*.ws.jsonl"))
TRANSCRIPTS = SSE + WEBSOCKET


def frames_of(path: Path) -> list[dict[str, Any]]:
    """Return the frames that a transcript's client received."""
    return list(_of_sse(path) if path.suffix == ".sse" else _of_websocket(path, "recv"))


def commands_of(path: Path) -> list[dict[str, Any]]:
    """Return the well-formed commands that a transcript's client sent over WebSocket."""
    return [frame for frame in _of_websocket(path, "send") if "method" in frame]


def exchanges() -> list[dict[str, Any]]:
    """Return what was asked and answered over HTTP: `note`, `request`, `status`, `response`."""
    recorded: list[dict[str, Any]] = json.loads(COMMANDS.read_text())
    return [{**exchange, "response": json.loads(exchange["response"])} for exchange in recorded]


def _of_sse(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().decode().split("\n"):
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def _of_websocket(path: Path, direction: str) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        if entry["dir"] == direction and entry["frame"] != "{bad":
            yield json.loads(entry["frame"])
