"""A transport that plays a script: which bodies come, how each ends, and what was asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field

from graphwire_core.errors import TransportError
from graphwire_core.transports import Request

RUN = "00000000-0000-0000-0000-000000000002"
THREAD = "00000000-0000-0000-0000-000000000001"
LOCATED = {
    "content-type": "text/event-stream",
    "content-location": f"/threads/{THREAD}/runs/{RUN}",
    "location": f"/threads/{THREAD}/runs/{RUN}/stream",
}


@dataclass
class Answer:
    """One response of the script."""

    body: bytes = b""
    cut: bool = False
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: LOCATED)


@dataclass
class Script:
    """What a transport answers, in order; a run's status is asked for beside it."""

    answers: list[Answer]
    status: str = "success"
    requests: list[Request] = field(default_factory=list)
    open: int = 0

    def next(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.url.endswith(f"/runs/{RUN}"):
            return Answer(run_body(self.status), headers={"content-type": "application/json"})
        return self.answers.pop(0)

    def streams(self) -> list[Request]:
        """Return the requests for streams, the first and those that resumed it."""
        return [request for request in self.requests if request.url.endswith("/stream")]


class _Response:
    def __init__(self, script: Script, answer: Answer) -> None:
        self._script = script
        self._answer = answer
        self._closed = False
        self.status_code = answer.status_code
        self.headers = answer.headers
        script.open += 1

    def iter_bytes(self) -> Iterator[bytes]:
        yield self._answer.body
        if self._answer.cut:
            raise TransportError("The connection failed: reset")

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for chunk in self.iter_bytes():
            yield chunk

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._script.open -= 1

    async def aclose(self) -> None:
        self.close()


class ScriptedTransport:
    """The script as a sync transport."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def send(self, request: Request) -> _Response:
        answer = self._script.next(request)
        if answer.status_code == 0:
            raise TransportError("The connection failed: refused")
        return _Response(self._script, answer)

    def close(self) -> None:
        return


class AsyncScriptedTransport(ScriptedTransport):
    """The script as an async transport."""

    async def send(self, request: Request) -> _Response:  # type: ignore[override]  # the async twin
        return super().send(request)

    async def aclose(self) -> None:
        return


def run_body(status: str, run_id: str = RUN) -> bytes:
    """Write the run, as the server answers when it is asked for it."""
    return (
        f'{{"run_id":"{run_id}","thread_id":"{THREAD}","assistant_id":"a","status":"{status}",'
        '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z",'
        '"metadata":{},"multitask_strategy":"enqueue"}'
    ).encode()


def event(number: int, id: str | None = "", name: str = "custom") -> bytes:
    """Write one event; its id is made of its number unless told."""
    line = f"id: {id or f'{number}-0'}\r\n" if id is not None else ""
    return f"event: {name}\r\ndata: {number}\r\n{line}\r\n".encode()


def events(*numbers: int) -> bytes:
    """Write several events with ids."""
    return b"".join(map(event, numbers))
