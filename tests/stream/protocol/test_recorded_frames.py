"""Every frame that was recorded from the real server is read, whole and typed."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.stream.protocol.frames import CLASSES
from tests.stream.protocol.recorded import SSE, TRANSCRIPTS, exchanges, frames_of
from tests.strictness import assert_strict

from graphwire_core.errors import StreamProtocolError
from graphwire_stream.protocol import (
    CommandFailure,
    CommandSuccess,
    Event,
    UnknownAnnotation,
    UnknownBlock,
    UnknownDelta,
    UnknownEvent,
    read_frame,
)


def unknown_members(value: Any) -> Iterator[Any]:
    if isinstance(value, UnknownEvent | UnknownBlock | UnknownDelta | UnknownAnnotation):
        yield value
    for member in getattr(value, "__dict__", {}).values():
        yield from unknown_members(member)


def test_the_transcripts_hold_every_method_that_the_server_sends() -> None:
    methods = {sent.get("method") for path in TRANSCRIPTS for sent in frames_of(path)}

    assert methods - {None} == CLASSES.keys() - {"tasks", "checkpoints"}


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_every_frame_of_a_transcript_becomes_its_model(path: Path) -> None:
    for sent in frames_of(path):
        found = read_frame(sent)

        if isinstance(found, Event):
            assert type(found) is CLASSES[sent["method"]]
            assert (found.event_id, found.seq) == (sent["event_id"], sent["seq"])
            assert found.namespace == tuple(sent["params"]["namespace"])
            assert found.timestamp == sent["params"]["timestamp"]
        else:
            assert type(found) is {"success": CommandSuccess, "error": CommandFailure}[sent["type"]]
        assert list(unknown_members(found)) == []


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_nothing_of_a_frame_is_lost(path: Path) -> None:
    for sent in frames_of(path):
        before = copy.deepcopy(sent)

        found = read_frame(sent)

        assert found.model_dump(mode="json", exclude_unset=True) == sent
        assert json.loads(found.model_dump_json(exclude_unset=True)) == sent
        assert sent == before


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_models_know_every_field_that_the_server_sends(path: Path) -> None:
    for sent in frames_of(path):
        assert_strict(read_frame(sent))


@pytest.mark.parametrize("exchange", exchanges(), ids=lambda exchange: exchange["note"])
def test_every_answer_to_a_command_becomes_its_model(exchange: dict[str, Any]) -> None:
    response = exchange["response"]
    if "detail" in response:  # the answer of the HTTP layer, with status 400
        assert exchange["status"] == 400
        with pytest.raises(StreamProtocolError, match="type: expected one of"):
            read_frame(response)
        return

    found = read_frame(response)

    assert isinstance(found, CommandSuccess) == (response["type"] == "success")
    assert found.model_dump(mode="json", exclude_unset=True) == response
    assert_strict(found)


@pytest.mark.parametrize("path", SSE, ids=lambda path: path.stem)
def test_events_survive_pickling_and_copying(path: Path) -> None:
    for sent in frames_of(path):
        event = read_frame(sent)

        assert pickle.loads(pickle.dumps(event)) == event
        assert copy.deepcopy(event) == event
