"""The store: items under a key in a namespace, across threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from graphwire_core._arguments import Headers, Params
from graphwire_core._async._resource import AsyncResource
from graphwire_core._operations import store as operations
from graphwire_core.models import Item, SearchItem
from graphwire_core.pages import AsyncPage

__all__ = ["AsyncStore"]

JsonObject = Mapping[str, Any]


class AsyncStore(AsyncResource):
    """The store of a server, as `client.store`; a namespace is a list of labels without periods."""

    async def put_item(
        self,
        namespace: Sequence[str],
        /,
        key: str,
        value: JsonObject,
        index: Literal[False] | Sequence[str] | None = None,
        ttl: float | timedelta | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None:
        """Write an item, in place of the one under the same key (`PUT /store/items`).

        Args:
            namespace: Labels, at least one.
            key: Key in the namespace.
            value: What to keep.
            index: Paths to index for search by meaning; `False` for none. Server default: its
                configuration.
            ttl: Time to live: minutes, or a `timedelta`. Server default: its configuration.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.put_item(namespace, key, value, index=index, ttl=ttl)
        await self._call(operation, headers, params)

    async def get_item(
        self,
        namespace: Sequence[str],
        /,
        key: str,
        *,
        refresh_ttl: bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Item | None:
        """Read an item; `None` when there is none (`GET /store/items`).

        Args:
            namespace: Labels, at least one.
            key: Key in the namespace.
            refresh_ttl: Whether reading renews its time to live. Server default: its configuration.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.get_item(namespace, key, refresh_ttl=refresh_ttl)
        return await self._call(operation, headers, params)

    async def delete_item(
        self,
        namespace: Sequence[str],
        /,
        key: str,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> None:
        """Delete an item; one that does not exist is no error (`DELETE /store/items`).

        Args:
            namespace: Labels, at least one.
            key: Key in the namespace.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        await self._call(operations.delete_item(namespace, key), headers, params)

    async def search_items(
        self,
        namespace_prefix: Sequence[str],
        /,
        filter: JsonObject | None = None,
        limit: int | None = None,
        offset: int | None = None,
        query: str | None = None,
        refresh_ttl: bool | None = None,  # noqa: FBT001  # positional in the ecosystem's SDK too
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[SearchItem]:
        """Search items below a namespace (`POST /store/items/search`).

        Args:
            namespace_prefix: Labels that the namespaces begin with; `[]` for all.
            filter: What the value must contain; operators such as `{"n": {"$gt": 1}}`.
            limit: Rows of the page, 1 to 1000. Server default: 10.
            offset: Rows to leave out at the beginning.
            query: Text to search by meaning, where the server has an index.
            refresh_ttl: Whether reading renews the time to live.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.search_items(
            namespace_prefix,
            filter=filter,
            limit=limit,
            offset=offset,
            query=query,
            refresh_ttl=refresh_ttl,
        )
        return await self._page(operation, headers, params)

    async def list_namespaces(
        self,
        prefix: Sequence[str] | None = None,
        suffix: Sequence[str] | None = None,
        max_depth: int | None = None,
        limit: int | None = None,
        offset: int | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AsyncPage[list[str]]:
        """List namespaces (`POST /store/namespaces`).

        Args:
            prefix: Labels that they begin with.
            suffix: Labels that they end with.
            max_depth: Labels to keep of each; longer ones are cut and counted once.
            limit: Rows of the page, 1 to 1000. Server default: 100.
            offset: Rows to leave out at the beginning.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        operation = operations.list_namespaces(
            prefix=prefix, suffix=suffix, max_depth=max_depth, limit=limit, offset=offset
        )
        return await self._page(operation, headers, params)
