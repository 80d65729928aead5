"""Several projections read as one, in the order in which their items arrive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError
from graphwire_stream._async.thread_stream.events import AsyncChannelData
from graphwire_stream._async.thread_stream.messages import AsyncMessages
from graphwire_stream._async.thread_stream.reader import (
    AsyncFollowing,
    AsyncProjection,
    AsyncReader,
)
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraphs
from graphwire_stream._async.thread_stream.tools import AsyncToolCalls
from graphwire_stream._session import Interest
from graphwire_stream._session.item import Item

__all__ = ["AsyncInterleaved"]

_ROOT: Final = ((),)
_DATA: Final = ("values", "updates", "checkpoints", "tasks")
_KNOWN: Final = ("values", "messages", "tool_calls", "subgraphs", "updates", "checkpoints", "tasks")
_REFUSED: Final = ("lifecycle", "input", "tools", "events", "custom")


class AsyncInterleaved(AsyncProjection[tuple[str, Any]]):
    """Items of several projections of the root graph, each with the name of its projection."""

    def __init__(self, following: AsyncFollowing, names: Collection[str]) -> None:
        self._parts = {name: _projection(following, name) for name in _checked(names)}
        channels = frozenset().union(*(part.interest.channels for part in self._parts.values()))
        super().__init__(following, Interest(channels))
        following.driver.tell(following.session.declare, channels)

    def begin(
        self, reader: AsyncReader[tuple[str, Any]], /
    ) -> Callable[[Item], Iterable[tuple[str, Any]]]:
        """Yield what each event adds to each projection."""
        parts = [(name, part.interest, part.begin(reader)) for name, part in self._parts.items()]

        def take(item: Item) -> Iterable[tuple[str, Any]]:
            channel, namespace = item.channel, item.namespace
            for name, interest, reduce in parts:
                if interest.wants(channel, namespace):
                    yield from ((name, one) for one in reduce(item))

        return take


def _checked(names: Collection[str]) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Collection):
        raise InvalidArgumentError("channels", "a list of names", describe(names))
    known = f"{', '.join(map(repr, _KNOWN))} or the name of an extension"
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise InvalidArgumentError(f"channels[{index}]", known, describe(name))
        if name in _REFUSED:
            hint = " (tools are 'tool_calls')" if name == "tools" else ""
            raise InvalidArgumentError(f"channels[{index}]", known + hint, describe(name))
    return list(dict.fromkeys(names))


def _projection(following: AsyncFollowing, name: str) -> AsyncProjection[Any]:
    if name == "messages":
        return AsyncMessages(following)
    if name == "tool_calls":
        return AsyncToolCalls(following)
    if name == "subgraphs":
        return AsyncSubgraphs(following)
    if name in _DATA:
        return AsyncChannelData(following, Interest(frozenset({name}), _ROOT, 0))
    return AsyncChannelData(following, Interest(frozenset({f"custom:{name}"})))
