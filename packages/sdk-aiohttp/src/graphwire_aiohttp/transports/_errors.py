"""What aiohttp raises, as errors of this SDK."""

from __future__ import annotations

import os

import aiohttp
from aiohttp.http import HttpProcessingError

from graphwire_aiohttp.transports._secrets import clean
from graphwire_core.errors import GraphwireError
from graphwire_core.transports import Request
from graphwire_core.transports import _failures as failures

__all__ = ["LIBRARY", "NotSentAgain", "translated"]


class NotSentAgain(Exception):
    """A connection broke; its cause says how. aiohttp's retry does not know this class."""


LIBRARY = (
    aiohttp.ClientError,
    HttpProcessingError,
    NotSentAgain,
    OSError,
    RuntimeError,
    ValueError,
)
"""What sending and reading may raise. A session that is closed is a `RuntimeError`."""


def translated(request: Request, error: BaseException, proxy: str | None = None) -> GraphwireError:
    """Return the error of this SDK for one of aiohttp's, which is cleaned, to be raised from it."""
    clean(error)
    if isinstance(error, NotSentAgain) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, GraphwireError):
        return error
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return failures.connect_timed_out(request, proxy)
    if isinstance(error, aiohttp.ClientConnectorError):
        return failures.unreachable(request, error, proxy)
    if isinstance(error, aiohttp.ClientHttpProxyError):
        refusal = aiohttp.ClientError(f"{error.status} {error.message}")
        return failures.unreachable(request, refusal, proxy)
    if isinstance(error, TimeoutError):
        return failures.nothing_read(request)
    return failures.broken(error, _said(error))


def _said(error: BaseException) -> str:
    """Say it without the URL, whose query may hold a token."""
    if isinstance(error, aiohttp.ClientResponseError):
        return error.message
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else ""
    return str(error)
