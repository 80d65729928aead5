"""What a consumer wants to see: channels, and the part of the graph they come from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["Interest", "Namespace", "covers"]

Namespace = tuple[str, ...]
"""Path of a subgraph, such as `("agent:4f1c…", "tools:…")`; empty for the root graph."""


@dataclass(frozen=True, slots=True)
class Interest:
    """A filter over the events of a run, matched as the server matches it.

    A namespace matches when one of `namespaces` is a prefix of it and at most `depth` levels are
    below that prefix. A segment without `:` stands for every task of that node.
    """

    channels: frozenset[str]
    namespaces: tuple[Namespace, ...] | None = None
    depth: int | None = None

    def wants(self, channel: str, namespace: Namespace) -> bool:
        """Whether an event of this channel and namespace matches."""
        if not covers(self.channels, (channel,)):
            return False
        if self.namespaces is None:
            return True
        return any(
            _is_prefix(prefix, namespace)
            and (self.depth is None or len(namespace) - len(prefix) <= self.depth)
            for prefix in self.namespaces
        )


def covers(subscribed: Collection[str], channels: Collection[str]) -> bool:
    """Whether a subscription to some channels brings all of others; `custom` has every name."""
    return all(
        channel in subscribed or (channel.startswith("custom:") and "custom" in subscribed)
        for channel in channels
    )


def _is_prefix(prefix: Namespace, namespace: Namespace) -> bool:
    return len(prefix) <= len(namespace) and all(
        mine == theirs or (":" not in mine and mine == theirs.partition(":")[0])
        for mine, theirs in zip(prefix, namespace, strict=False)
    )
