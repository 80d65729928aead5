"""A transport that sends nothing: it keeps each request and answers from a script."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphwire import AsyncClient, Client
from graphwire_core.errors import GraphwireError
from graphwire_core.transports import Request

BASE = "http://server.test/base"


@dataclass(frozen=True)
class Reply:
    """One scripted answer; `cut` is raised where its body ends."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: GraphwireError | None = None


Answer = Reply | GraphwireError
"""What the server does with a request: answers it, or lets it fail."""


def json_reply(body: Any, status: int = 200, **headers: Any) -> Reply:
    """Answer with JSON; underscores in the names of headers stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"content-type": "application/json"}
    return Reply(json.dumps(body).encode(), status, kind | named)


STREAM = Reply(b"event: end\ndata: null\n\n", headers={"content-type": "text/event-stream"})
"""An event stream that ends at once."""


class RecordedResponse:
    """A response of both colours."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.status_code = reply.status
        self.headers: Mapping[str, str] = reply.headers
        self.closed = False

    def iter_bytes(self) -> Iterator[bytes]:
        if self._reply.body:
            yield self._reply.body
        if self._reply.cut is not None:
            raise self._reply.cut

    def read(self) -> bytes:
        return b"".join(self.iter_bytes())

    def close(self) -> None:
        self.closed = True

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for chunk in self.iter_bytes():
            yield chunk

    async def aread(self) -> bytes:
        return self.read()

    async def aclose(self) -> None:
        self.close()


class Recorder:
    """What the transports of both colours share: the requests, and the script of answers."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[Request] = []
        self.responses: list[RecordedResponse] = []
        self._answers = deque(answers)

    @property
    def lines(self) -> list[str]:
        """Method and target of each request."""
        return [f"{one.method} {one.url.removeprefix(BASE)}" for one in self.requests]

    @property
    def bodies(self) -> list[Any]:
        """The JSON body of each request; `None` where it has none."""
        return [json.loads(one.content) if one.content else None for one in self.requests]

    def answer(self, request: Request) -> RecordedResponse:
        self.requests.append(request)
        assert self._answers, f"a request too many: {self.lines[-1]}"
        answer = self._answers.popleft()
        if isinstance(answer, GraphwireError):
            raise answer
        self.responses.append(RecordedResponse(answer))
        return self.responses[-1]


class AsyncRecordingTransport:
    """The async transport over a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def send(self, request: Request) -> RecordedResponse:
        return self._recorder.answer(request)

    async def aclose(self) -> None: ...


class RecordingTransport:
    """The sync transport over a recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def send(self, request: Request) -> RecordedResponse:
        return self._recorder.answer(request)

    def close(self) -> None: ...


Use = Callable[[Any], Any]
"""What a test does with a client: async code returns an awaitable, sync code its result."""


def use_async(recorder: Recorder, use: Use, **options: Any) -> Any:
    """Run `use` with an async client over `recorder`."""

    async def main() -> Any:
        transport = AsyncRecordingTransport(recorder)
        async with AsyncClient(BASE, transport=transport, **_plain(options)) as client:
            used = use(client)
            return await _finished(await used if isinstance(used, Awaitable) else used)

    return asyncio.run(main())


def use_sync(recorder: Recorder, use: Use, **options: Any) -> Any:
    """Run `use` with a sync client over `recorder`."""
    transport = RecordingTransport(recorder)
    with Client(BASE, transport=transport, **_plain(options)) as client:
        used = use(client)
        return list(used) if hasattr(used, "__next__") else used


COLOURS = {"async": use_async, "sync": use_sync}


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    return {"api_key": None, "retry": None, **options}


async def _finished(result: Any) -> Any:
    """Read a stream to its end; another result stays as it is."""
    return [part async for part in result] if hasattr(result, "__anext__") else result
