"""The request as it is given: aiohttp would add headers of its own."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import ClientRequest
from multidict import CIMultiDict

__all__ = ["PlainRequest"]

_NOT_ADDED: CIMultiDict[None] = CIMultiDict({"content-type": None})


class PlainRequest(ClientRequest):
    """Sends the headers that it is given, and `host`.

    The session's option to skip its additions costs a tenth of a call, since it copies the headers
    to look for them.
    """

    def update_auto_headers(self, skip_auto_headers: Iterable[str] | None) -> None:  # noqa: ARG002  # the name is aiohttp's
        """Add nothing, neither here nor when the body is known."""
        self._skip_auto_headers = _NOT_ADDED
