"""Credentials of your own: a flow of steps, the same for both colours."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace

from graphwire import AsyncClient, Client
from graphwire_core.plugins import Acquire, Answer, Call, CredentialsFlow, Release, Send
from graphwire_core.transports import Request


class Signed:
    """Signs each request with a key that a function fetches, anew when it is refused."""

    def __init__(self, fetch: Callable[[], bytes]) -> None:
        self._fetch = fetch
        self._key: bytes | None = None

    def flow(self, request: Request) -> CredentialsFlow:
        if self._key is None:
            yield from self._renew(None)
        used = self._key
        answer: Answer = yield self._send(request, used)
        if answer.status_code == 401:
            yield from self._renew(used)
            yield self._send(request, self._key)

    def _renew(self, stale: bytes | None) -> CredentialsFlow:
        yield Acquire()  # of many calls that find it stale, one fetches the next
        if self._key is stale:
            self._key = yield Call(self._fetch)
        yield Release()

    def _send(self, request: Request, key: bytes | None) -> Send:
        signature = hmac.new(key or b"", request.content, "sha256").hexdigest()
        return Send(replace(request, headers={**request.headers, "x-signature": signature}))


def client(url: str, fetch: Callable[[], bytes]) -> Client:
    """Return a client whose requests are signed."""
    return Client(url, auth=Signed(fetch))


def async_client(url: str, fetch: Callable[[], bytes]) -> AsyncClient:
    """Return an async one; it takes the same credentials."""
    return AsyncClient(url, auth=Signed(fetch))
