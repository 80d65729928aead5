"""Errors of aiohttp without what was sent in secret: they are the causes of ours, and are printed.

They hold the URL and the headers of a request, and the password of a proxy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

__all__ = ["clean"]

_URL = re.compile(r"(\w+://)(?:[^\s/?#]*@)?([^\s/?#'\"]*)[^\s'\"]*")
_NO_HEADERS: CIMultiDictProxy[str] = CIMultiDictProxy(CIMultiDict())


def clean(error: BaseException) -> None:
    """Take out of an error, and of all that led to it, what may be a secret."""
    for one in _links(error):
        if isinstance(one, aiohttp.ClientResponseError):
            info = one.request_info
            where = _origin(info.real_url)
            one.request_info = aiohttp.RequestInfo(where, info.method, _NO_HEADERS, where)
            one.history, one.headers = (), None
            one.args = (one.request_info, ())
        elif isinstance(one, aiohttp.ClientConnectorError):
            key = one._conn_key  # noqa: SLF001  # only `repr` shows it, and there is no other way
            proxy = None if key.proxy is None else _origin(key.proxy)
            one._conn_key = key._replace(proxy=proxy, proxy_auth=None)  # noqa: SLF001  # as above
            one.args = (one._conn_key, *one.args[1:])  # noqa: SLF001  # as above
        elif isinstance(one, aiohttp.ClientError):
            one.args = tuple(map(_without_urls, one.args))
            if isinstance(one, OSError):
                one.strerror = _without_urls(one.strerror)


def _links(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it, each once."""
    seen: dict[int, BaseException] = {}
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and id(one) not in seen:
            seen[id(one)] = one
            left += [one.__cause__, one.__context__]
    yield from seen.values()


def _origin(url: URL) -> URL:
    return url.origin() if url.absolute else URL()


def _without_urls(value: Any) -> Any:
    """Leave scheme and host of the URLs in a text."""
    return _URL.sub(r"\1\2", value) if isinstance(value, str) else value
