"""The steps of a script: what a scripted run says and does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphwire_core._arguments import describe
from graphwire_core.errors import ConfigurationError
from graphwire_core.testing._events import Event, Step

__all__ = [
    "Delay",
    "Drop",
    "Fail",
    "Heartbeat",
    "Hold",
    "Interrupt",
    "Step",
    "check_script",
]


@dataclass(frozen=True, slots=True)
class Delay(Step):
    """Nothing for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hold(Step):
    """Nothing until the test calls `release()`."""


@dataclass(frozen=True, slots=True)
class Heartbeat(Step):
    """A comment, as the server writes when it has nothing to say."""


@dataclass(frozen=True, slots=True)
class Drop(Step):
    """The connection ends, while the run goes on: the script continues on the next one."""

    reset: bool = True
    """Whether it is reset; otherwise it is closed as if the stream were over."""


@dataclass(frozen=True, slots=True)
class Interrupt(Step):
    """The graph asks: the run ends, and the script goes on with the next run of the thread."""

    value: Any
    """What the graph passed to `interrupt()`."""
    id: str = "interrupt-1"


@dataclass(frozen=True, slots=True)
class Fail(Step):
    """The run ends in failure."""

    error: str = "ValueError"
    """Name of the exception."""
    message: str = "kaboom"


_STEPS = (Event, Delay, Hold, Heartbeat, Drop, Interrupt, Fail)


def check_script(script: object) -> tuple[Step, ...]:
    """Refuse what is no script.

    Raises:
        ConfigurationError: It is no list of steps; the message says which is none.
    """
    if isinstance(script, str | bytes) or not isinstance(script, Sequence):
        raise ConfigurationError(f"script: expected a list of steps, got {describe(script)}")
    for number, step in enumerate(script):
        if not isinstance(step, _STEPS):
            names = ", ".join(one.__name__ for one in _STEPS)
            raise ConfigurationError(
                f"script[{number}]: expected one of {names}, got {describe(step)}"
            )
        if isinstance(step, Event):
            step.encode()
    return tuple(script)
