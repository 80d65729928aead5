"""One request under credentials: their steps, performed over a transport."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any

from graphwire_core._arguments import describe
from graphwire_core._async._opened import AsyncOpened, of_transport
from graphwire_core._awaiting import aresolve
from graphwire_core._home import AsyncTurn
from graphwire_core.errors import GraphwireError, PluginError
from graphwire_core.plugins import Acquire, Answer, Call, Credentials, Fetch, Release, Send
from graphwire_core.transports import AsyncResponse, AsyncTransport, Request

__all__ = ["AsyncAuthorization"]

_KEPT = 1 << 16
"""Bytes that are kept of an answer which the credentials may still improve upon."""


class AsyncAuthorization:
    """Sends one request as its credentials say."""

    def __init__(
        self, transport: AsyncTransport, credentials: Credentials, turn: AsyncTurn
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._turn = turn
        self._holds_turn = False
        self._response: AsyncResponse | None = None

    async def send(self, request: Request) -> AsyncResponse:
        """Perform the flow and return the answer to its last `Send`.

        Raises:
            PluginError: The credentials failed, or ended without sending the request.
        """
        flow = self._credentials.flow(request)
        outcome: Any = None
        try:
            while True:
                step = flow.send(outcome)
                await self._put_aside(step)
                outcome = await self._performed(step)
        except StopIteration:
            response, self._response = self._response, None
            if response is not None:
                return response
            raise PluginError(f"{self._who()} ended without sending the request") from None
        except Exception as error:
            if isinstance(error, GraphwireError):
                raise
            raise PluginError(f"{self._who()} failed: {type(error).__name__}") from error
        finally:
            flow.close()
            self._release()
            if self._response is not None:
                await self._response.aclose()

    async def _performed(self, step: object) -> Any:
        if isinstance(step, Send):
            self._response = await self._transmitted(step.request)
            return Answer(self._response.status_code, self._response.headers)
        if isinstance(step, Fetch):
            fetched = AsyncOpened(await self._transmitted(step.request))
            body = await fetched.read()
            return Answer(fetched.status_code, fetched.headers, body)
        if isinstance(step, Call):
            return await aresolve(step.function())
        if isinstance(step, Acquire):
            if self._holds_turn:
                raise PluginError(f"{self._who()}: Acquire() twice without Release()")
            await self._turn.acquire()
            self._holds_turn = True
        elif isinstance(step, Release):
            self._release()
        else:
            known = "Send, Fetch, Call, Acquire or Release"
            raise PluginError(f"{self._who()}: expected {known}, got {describe(step)}")
        return None

    async def _put_aside(self, step: object) -> None:
        """Give the connection of a refusal back before the next step, which may need one too."""
        response = self._response
        if response is None or isinstance(response, _Refusal):
            return
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._response = await _Refusal.of(response)
        elif isinstance(step, Send):
            self._response = None
            await response.aclose()

    async def _transmitted(self, request: Request) -> AsyncResponse:
        """Send over the transport; whatever it raises is an error of this SDK."""
        try:
            return await self._transport.send(request)
        except GraphwireError:
            raise
        except Exception as error:
            raise of_transport(self._transport, error) from error

    def _release(self) -> None:
        if self._holds_turn:
            self._holds_turn = False
            self._turn.release()

    def _who(self) -> str:
        return f"credentials {type(self._credentials).__name__}"


class _Refusal:
    """An answer that was read and closed; it is returned where nothing better comes."""

    def __init__(self, status_code: int, headers: Mapping[str, str]) -> None:
        self.status_code = status_code
        self.headers = headers
        self._chunks: list[bytes] = []

    @classmethod
    async def of(cls, response: AsyncResponse) -> _Refusal:
        """Read the beginning of a response, and close it."""
        refusal, size = cls(response.status_code, response.headers), 0
        try:
            async for chunk in response.aiter_bytes():
                refusal._chunks.append(chunk)
                size += len(chunk)
                if size > _KEPT:
                    break
        except Exception:  # noqa: S110, BLE001  # its status says enough
            pass
        finally:
            await response.aclose()
        return refusal

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over what was read."""
        for chunk in self._chunks:
            yield chunk

    async def aclose(self) -> None:
        """Do nothing: it is closed."""
