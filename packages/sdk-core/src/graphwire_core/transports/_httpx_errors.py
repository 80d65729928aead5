"""What httpx raises, as errors of this SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from graphwire_core.transports import _failures as failures
from graphwire_core.transports._types import Request

__all__ = ["translated"]

# TLS may fail after the handshake, and what is closed under a reader is a `RuntimeError`.
_OTHERS = (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError)


@contextmanager
def translated(request: Request, proxy: str | None = None) -> Iterator[None]:
    """Raise this SDK's errors in place of httpx's, which become their cause."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise failures.connect_timed_out(request, proxy) from error
    except httpx.PoolTimeout as error:
        raise failures.pool_timed_out(request) from error
    except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise failures.unreachable(request, error, proxy) from error
    except httpx.WriteTimeout as error:
        raise failures.nothing_written(request) from error
    except httpx.TimeoutException as error:
        raise failures.nothing_read(request) from error
    except _OTHERS as error:
        raise failures.broken(error) from error
