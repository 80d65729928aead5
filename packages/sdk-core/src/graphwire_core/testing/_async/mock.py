"""The mock transport: nothing is sent, answers come from routes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from graphwire_core.testing._replies import Reply
from graphwire_core.testing._routes import Routes
from graphwire_core.transports import Request

__all__ = ["AsyncMockResponse", "AsyncMockTransport"]


class AsyncMockResponse:
    """An answer of a mock."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.status_code = reply.status_code
        self.headers = reply.headers
        self.closed = False

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body, piece by piece."""
        for piece in self._reply.body:
            yield piece
        if self._reply.cut is not None:
            raise self._reply.cut

    async def aclose(self) -> None:
        """Note that the response was closed."""
        self.closed = True


class AsyncMockTransport(Routes):
    """A transport that sends nothing: calls are answered by routes, and recorded.

    ```python
    mock = AsyncMockTransport()
    created = mock.on("POST", "/threads", make(Thread, thread_id="t1"))
    async with AsyncClient("http://mock", transport=mock) as client:
        thread = await client.threads.create(metadata={"owner": "ada"})
    assert created.calls[0].json == {"metadata": {"owner": "ada"}}
    ```
    """

    def __init__(self) -> None:
        super().__init__()
        self.responses: list[AsyncMockResponse] = []
        """What was answered, with whether it was closed."""

    async def send(self, request: Request) -> AsyncMockResponse:
        """Answer a request.

        Raises:
            NoRouteError: No route fits; the message lists them.
        """
        response = AsyncMockResponse(self.answer(request))
        self.responses.append(response)
        return response

    async def aclose(self) -> None:
        """Do nothing: there are no connections."""
