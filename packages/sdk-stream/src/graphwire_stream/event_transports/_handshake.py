"""The request that asks for a WebSocket, and its credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from graphwire_core._operation import Operation
from graphwire_core._reading import nothing
from graphwire_core.plugins import Answer, Credentials, CredentialsFlow, Send
from graphwire_core.transports import Request
from graphwire_stream.event_transports._operations import events_path

__all__ = ["HandshakeCredentials", "handshake"]


def handshake(thread_id: str, proposal: Mapping[str, str]) -> Operation[None]:
    """Make the request that asks for a WebSocket (`GET /threads/{thread_id}/stream/events`)."""
    path = events_path(thread_id)
    return Operation("GET", path, nothing, headers=dict(proposal), idempotent=True)


class HandshakeCredentials:
    """Credentials as they are, told that a handshake was refused for want of better ones.

    Many servers refuse a WebSocket with 403, whatever the reason: ASGI without its extension for
    denials has no other status. Credentials that renew themselves do it on 401.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def flow(self, request: Request) -> CredentialsFlow:
        """Yield the steps of the credentials."""
        steps = self._credentials.flow(request)
        outcome: Any = None
        try:
            while True:
                try:
                    step = steps.send(outcome)
                except StopIteration:
                    return
                outcome = yield step
                if isinstance(step, Send) and outcome.status_code == HTTPStatus.FORBIDDEN:
                    answer: Answer = outcome
                    outcome = replace(answer, status_code=int(HTTPStatus.UNAUTHORIZED))
        finally:
            steps.close()

    def __repr__(self) -> str:
        return repr(self._credentials)
