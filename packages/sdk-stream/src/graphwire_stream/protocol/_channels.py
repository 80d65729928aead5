"""Channels: what a subscription asks for, and which channel an event belongs to."""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError
from graphwire_stream.protocol._events import CustomEvent, Event

__all__ = ["Channel", "channel_of", "check_channels"]

Channel = Literal[
    "values",
    "updates",
    "messages",
    "tools",
    "lifecycle",
    "input",
    "checkpoints",
    "tasks",
    "custom",
]
"""What a subscription can ask for, besides `"custom:<name>"` for the named channel of a graph."""

CHANNELS: tuple[str, ...] = get_args(Channel)
_NAMED = "custom:"
_EXPECTED = f"one of {', '.join(map(repr, CHANNELS))} or '{_NAMED}<name>'"


def channel_of(event: Event) -> str:
    """Return the channel of an event.

    It is `"input"` for `input.requested`, `"custom:<name>"` for custom data with a name, which
    the channel `"custom"` carries too, and the method for all others.
    """
    if isinstance(event, CustomEvent):
        return event.method if event.name is None else f"{_NAMED}{event.name}"
    return "input" if event.method == "input.requested" else event.method


def check_channels(names: Collection[Channel | str]) -> tuple[str, ...]:
    """Return the channels of a subscription, each once, in the order given.

    Raises:
        InvalidArgumentError: There are none, or one is unknown or has an empty name.
    """
    if isinstance(names, str | bytes | Mapping) or not isinstance(names, Collection):
        raise InvalidArgumentError("channels", "a list of channels", describe(names))
    if not names:
        raise InvalidArgumentError("channels", f"at least one channel: {_EXPECTED}", "none")
    for index, name in enumerate(names):
        if not isinstance(name, str) or not _is_channel(name):
            raise InvalidArgumentError(f"channels[{index}]", _EXPECTED, describe(name))
    return tuple(dict.fromkeys(names))


def _is_channel(name: str) -> bool:
    return name in CHANNELS or (name.startswith(_NAMED) and bool(name[len(_NAMED) :].strip()))
