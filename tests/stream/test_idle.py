"""How long a silence is borne: what was chosen, or what heartbeats tell."""

from __future__ import annotations

import math
from typing import Any

import pytest

from graphwire_core.errors import InvalidArgumentError
from graphwire_stream._idle import IdleWindow


def after(*heard: tuple[float, int, int]) -> float | None:
    window = IdleWindow()
    for now, heartbeats, events in heard:
        window.heard(now, heartbeats=heartbeats, events=events)
    return window.seconds


def test_without_heartbeats_nothing_is_known() -> None:
    assert after() is None
    assert after((0, 0, 1), (100, 0, 3)) is None
    assert IdleWindow().read_limit(300.0) == 300.0


def test_three_heartbeats_in_a_row_tell_the_window() -> None:
    assert after((0, 1, 0), (5, 1, 0)) is None
    assert after((0, 1, 0), (5, 1, 0), (10, 1, 0)) == 15
    assert after((0, 1, 0), (5, 1, 0), (25, 1, 0), (30, 1, 0)) == 60


def test_the_window_is_never_shorter_than_a_busy_server_is_late() -> None:
    assert after((0, 1, 0), (0.1, 1, 0), (0.2, 1, 0)) == 10


def test_times_around_events_tell_nothing() -> None:
    assert after((0, 1, 0), (600, 0, 1), (605, 1, 0), (610, 1, 0)) is None
    assert after((0, 1, 0), (600, 0, 1), (605, 1, 0), (610, 1, 0), (615, 1, 0)) == 15
    assert after((0, 1, 0), (1, 1, 1), (2, 1, 0)) is None


def test_the_time_between_connections_tells_nothing() -> None:
    window = IdleWindow()
    window.heard(0, heartbeats=1, events=0)
    window.heard(5, heartbeats=1, events=0)
    window.interrupted()
    window.heard(100, heartbeats=1, events=0)
    window.heard(105, heartbeats=1, events=0)

    assert window.seconds == 15
    assert window.read_limit(300.0) == 15


def test_a_chosen_window_is_kept() -> None:
    window = IdleWindow(2.5)
    for now in (0, 5, 10):
        window.heard(now, heartbeats=1, events=0)

    assert (window.seconds, window.read_limit(300.0)) == (2.5, 2.5)


def test_an_infinite_window_bears_any_silence() -> None:
    window = IdleWindow(math.inf)

    assert (window.seconds, window.read_limit(300.0)) == (None, None)


@pytest.mark.parametrize("chosen", [0, -1, math.nan, True, "5", [5]], ids=repr)
def test_what_is_no_time_is_refused(chosen: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="idle_timeout: expected a positive number"):
        IdleWindow(chosen)
