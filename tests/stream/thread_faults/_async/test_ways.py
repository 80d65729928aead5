"""Each kind of connection over each transport of requests: the same faults, the same outcome."""

from __future__ import annotations

import math
import threading
from functools import partial

import pytest
from tests.stream.thread_faults._async.reading import (
    AsyncVisit,
    Outcome,
    opened,
    read,
    read_all,
    started,
    whole,
)
from tests.stream.thread_faults._async.test_frames import MALFORMED
from tests.stream.thread_faults._async.test_refusals import MENDED, REFUSALS
from tests.stream.thread_faults.stage import Act, Stage, Wire, plays, refusal, waited
from tests.stream.thread_faults.story import (
    OUTPUT,
    STATES,
    STORY,
    TEXT,
    WHOLE,
    counting,
    entry,
)
from tests.stream.thread_faults.together import AsyncTogether
from tests.transports.wire import chunk

from graphwire_core.errors import (
    NotFoundError,
    StreamError,
    StreamInterrupted,
    StreamProtocolError,
)
from graphwire_core.plugins import PluginHost

WAYS = sorted(PluginHost().transports.async_makers().keys() & {"aiohttp", "httpx", "httpx2"})
NAMES = ("values", "text", "output")

pytestmark = pytest.mark.parametrize("way", WAYS)

FAULTS = [
    "words", "half an object", "a lone surrogate", "bytes that are no UTF-8", "a list", "a text",
    "null", "a depth without end",
]  # fmt: skip


@pytest.mark.parametrize("frame", FAULTS)
async def test_a_malformed_frame_is_one_error(kind: str, way: str, frame: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.say(MALFORMED[frame])
        wire.tell(STORY[9:])
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert outcome.items == STATES[:1]
            assert type(outcome.error) is StreamProtocolError
    assert len(stage.subscriptions) == 1


async def test_not_a_number_is_one(kind: str, way: str) -> None:
    with Stage(plays([entry(1000, "values", {"score": math.nan}), *counting(0)])) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            await started(thread)
            [state] = (await read(thread, "values")).items
    assert math.isnan(state["score"])


def half_a_frame(wire: Wire) -> None:
    """Send half of an event: in a chunk of its own, or half a frame of WebSocket."""
    [frame] = wire.frames(STORY[9:10])
    half = wire.feed.write(frame)[: len(frame) // 2]
    wire.raw(chunk(b"data: " + frame[: len(frame) // 2]) if wire.feed.name == "sse" else half)


ENDS: dict[str, Act] = {
    "a reset": Wire.reset,
    "an end in order": Wire.finish,
    "a socket that is closed": Wire.vanish,
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_cut_inside_a_frame_is_mended(kind: str, way: str, end: str) -> None:
    def cut(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        half_a_frame(wire)
        ENDS[end](wire)

    with Stage(cut, *MENDED["503 twice"], plays(known=9)) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize("end", [Wire.finish, Wire.vanish])
async def test_what_had_arrived_when_the_connection_ended_is_read(
    kind: str, way: str, end: Act
) -> None:
    """What is live only does not come again."""

    def cut(wire: Wire) -> None:
        wire.begin()
        waited(wire.stage.commanded)
        wire.tell(STORY[:9])
        end(wire)

    with Stage(cut, refusal("404 Not Found")) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            progress = thread.extensions["progress"]
            await started(thread)
            reader = progress.__aiter__()
            assert await anext(reader) == {"name": "progress", "payload": 1}
            with pytest.raises(NotFoundError):
                await anext(reader)


@pytest.mark.parametrize("answer", REFUSALS)
async def test_an_answer_that_is_no_stream_is_told(kind: str, way: str, answer: str) -> None:
    act, error, words = REFUSALS[answer]
    with Stage(act) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            await started(thread)
            outcome = await read(thread, "values")
            assert type(outcome.error) is error
            assert words in str(outcome.error)


async def test_nobody_goes_where_a_location_leads(way: str) -> None:
    with Stage(Wire.hold) as elsewhere:

        def cut(wire: Wire) -> None:
            wire.begin(f"location: {elsewhere.url}/stream", f"content-location: {elsewhere.url}")
            wire.tell(STORY[:9])
            wire.vanish()

        with Stage(cut, plays(known=9)) as stage:
            async with AsyncVisit(stage, way=way) as thread:
                await started(thread)
                assert await whole(thread) == WHOLE
    assert elsewhere.subscriptions == []


@pytest.mark.usefixtures("impatient")
async def test_silence_after_a_heartbeat_is_a_cut(kind: str, way: str) -> None:
    def dying(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.beat()
        half_a_frame(wire)
        wire.hold()

    with Stage(dying, plays(known=9)) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            await started(thread)
            assert await whole(thread) == WHOLE
    assert len(stage.subscriptions) > 1


@pytest.mark.usefixtures("impatient")
async def test_heartbeats_alone_after_the_run_are_given_up(kind: str, way: str) -> None:
    with Stage(plays(upto=9, end=Wire.beat_on), status="success") as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            await started(thread)
            outcomes = await read_all(thread, NAMES)
            assert outcomes["values"].items == STATES[:1]
            assert outcomes["text"].items == TEXT[:3]
            for name in ("values", "text"):
                assert type(outcomes[name].error) is StreamInterrupted
            assert outcomes["output"] == Outcome([OUTPUT])


async def test_bytes_that_drip_are_read_to_their_end(kind: str, way: str) -> None:
    never = threading.Event()

    def loris(wire: Wire) -> None:
        wire.begin()
        data = wire.feed.write(*wire.frames([*STORY[:10], *counting(0)]))
        for start in range(0, len(data), 40):
            wire.raw(data[start : start + 40])
            never.wait(0.001)  # nobody sets it: drops are a matter of time
        wire.hold()

    with Stage(loris) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            assert [thread.values, thread.text()]
            await started(thread)
            outcomes = await read_all(thread, ("values", "text"))
            assert outcomes == {"values": Outcome(STATES[:2]), "text": Outcome(TEXT[:3])}
    assert len(stage.subscriptions) == 1


async def test_closing_while_a_frame_arrives_ends_every_wait(kind: str, way: str) -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        half_a_frame(wire)
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, kind, way=way) as thread:
            assert [thread.values, thread.text()]
            await started(thread)
            waiting = AsyncTogether(*[partial(read, thread, name) for name in ("values", "text")])
            await opened(thread, 2)
            await thread.aclose()
            for outcome in await waiting.results():
                assert type(outcome.error) is StreamError
                assert "closed" in str(outcome.error)
            assert stage.is_left()
