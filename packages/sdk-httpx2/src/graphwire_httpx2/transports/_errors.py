"""What httpx2 raises, as errors of this SDK."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from graphwire_core.transports import Request
from graphwire_core.transports import _failures as failures

__all__ = ["translated"]

# TLS may fail after the handshake, and what is closed under a reader is a `RuntimeError`.
_OTHERS = (httpx2.HTTPError, httpx2.InvalidURL, OSError, RuntimeError, ValueError)


@contextmanager
def translated(request: Request, proxy: str | None = None) -> Iterator[None]:
    """Raise this SDK's errors in place of httpx2's, which become their cause."""
    try:
        yield
    except httpx2.ConnectTimeout as error:
        raise failures.connect_timed_out(request, proxy) from error
    except httpx2.PoolTimeout as error:
        raise failures.pool_timed_out(request) from error
    except (httpx2.ConnectError, httpx2.ProxyError, httpx2.UnsupportedProtocol) as error:
        raise failures.unreachable(request, error, proxy) from error
    except httpx2.WriteTimeout as error:
        raise failures.nothing_written(request) from error
    except httpx2.TimeoutException as error:
        raise failures.nothing_read(request) from error
    except _OTHERS as error:
        raise failures.broken(error) from error
