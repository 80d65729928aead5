"""Channels: which are known, and which an event belongs to."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from tests.stream.protocol.frames import CLASSES, frame, read
from tests.stream.protocol.recorded import TRANSCRIPTS, frames_of

from graphwire_core.errors import InvalidArgumentError
from graphwire_stream.protocol import Channel, Event, channel_of, check_channels, read_frame

KNOWN = get_args(Channel)


@pytest.mark.parametrize("method", sorted(CLASSES.keys() - {"input.requested", "custom"}))
def test_the_channel_of_an_event_is_its_method(method: str) -> None:
    assert channel_of(read(Event, frame(method, {}))) == method


def test_questions_are_of_the_channel_input() -> None:
    asked = frame("input.requested", {"interrupt_id": "i", "payload": None})

    assert channel_of(read(Event, asked)) == "input"
    assert channel_of(read(Event, frame("input.requested", "of a new form"))) == "input"


@pytest.mark.parametrize(
    ("data", "channel"),
    [
        ({"name": "progress", "payload": 1}, "custom:progress"),
        ({"name": "progress"}, "custom:progress"),
        ({"name": 3}, "custom:3"),
        ({"name": ""}, "custom"),
        ({"name": None}, "custom"),
        ({"payload": {"name": "progress"}}, "custom"),
        ("name", "custom"),
        (["name"], "custom"),
        (None, "custom"),
    ],
)
def test_custom_data_with_a_name_is_of_the_channel_of_that_name(data: Any, channel: str) -> None:
    assert channel_of(read(Event, frame("custom", data))) == channel


def test_an_event_of_a_new_method_is_of_the_channel_of_that_name() -> None:
    assert channel_of(read(Event, frame("weather"))) == "weather"


def test_every_recorded_event_is_of_a_known_channel() -> None:
    found = set()
    for path in TRANSCRIPTS:
        events = [event for sent in frames_of(path) if isinstance(event := read_frame(sent), Event)]
        found |= {channel_of(event) for event in events}

    assert set(check_channels(sorted(found))) == found
    assert found == {*KNOWN, "custom:progress"} - {"tasks", "checkpoints"}


def test_channels_keep_their_order_and_are_named_once() -> None:
    names = ["values", "custom:b", "custom:a", "values", *KNOWN]

    assert check_channels(names) == tuple(dict.fromkeys(names))
    assert check_channels({"values"}) == ("values",)


@pytest.mark.parametrize(
    "name", ["", "debug", "custom:", "custom: ", "Values", " values", "events", "input.requested"]
)
def test_an_unknown_or_empty_name_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        check_channels(["values", name])

    assert caught.value.argument == "channels[1]"
    assert all(repr(known) in caught.value.expected for known in KNOWN)
    assert "custom:<name>" in caught.value.expected
    assert repr(name) in caught.value.got


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "channels: expected at least one channel: one of 'values'"),
        ("values", "channels: expected a list of channels, got str 'values'"),
        ({"values": 1}, "channels: expected a list of channels, got dict"),
        (None, "channels: expected a list of channels, got NoneType None"),
        ([3], "channels[0]: expected one of 'values'"),
    ],
)
def test_anything_but_a_list_of_names_is_an_error(names: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        check_channels(names)

    assert caught.value.message.startswith(message)
