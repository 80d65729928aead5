"""A cut stream goes on: nothing is lost, nothing comes twice, and no cut looks like an end."""

from __future__ import annotations

import pytest
from tests.stream.scripted import (
    LOCATED,
    RUN,
    THREAD,
    Answer,
    AsyncScriptedTransport,
    Script,
    event,
    events,
)

from graphwire import AsyncClient
from graphwire_core.errors import StreamInterrupted, StreamProtocolError, TransportError
from graphwire_stream._async import reception


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception.RESUME.__class__, "delay", _at_once)


def _at_once(self: object, attempt: int, error: object, *, idempotent: bool) -> float | None:
    return 0.0 if attempt < 6 else None


async def read(script: Script) -> list[object]:
    """Stream the scripted run to its end; every response is closed afterwards."""
    client = AsyncClient("http://server", transport=AsyncScriptedTransport(script), retry=None)
    try:
        stream = client.runs.stream(THREAD, "agent", stream_resumable=True)
        return [part.data async for part in stream]
    finally:
        assert script.open == 0
        await client.aclose()


async def test_a_stream_that_is_not_cut_asks_once_whether_the_run_is_over() -> None:
    script = Script([Answer(events(1, 2, 3))])
    assert await read(script) == [1, 2, 3]
    assert len(script.streams()) == 1


async def test_an_end_event_needs_no_question() -> None:
    script = Script([Answer(events(1) + event(2, None, "end"))])
    assert await read(script) == [1, 2]
    assert len(script.requests) == 1


async def test_a_cut_stream_resumes_before_its_last_id_and_repeats_nothing() -> None:
    script = Script([Answer(events(1, 2), cut=True), Answer(events(2, 3))])
    assert await read(script) == [1, 2, 3]
    resumed = script.streams()[1]
    assert (resumed.method, resumed.headers["last-event-id"]) == ("GET", "1-0")
    assert resumed.url == f"http://server/threads/{THREAD}/runs/{RUN}/stream"
    assert resumed.content == b""


async def test_events_of_one_millisecond_share_an_id_and_all_arrive() -> None:
    first = events(1) + event(2, "7-0")
    second = event(2, "7-0") + event(3, "7-0") + event(4, "8-0")
    script = Script([Answer(first, cut=True), Answer(second)])
    assert await read(script) == [1, 2, 3, 4]


async def test_an_event_that_the_server_sends_twice_after_resuming_comes_once() -> None:
    script = Script([Answer(events(1, 2), cut=True), Answer(events(2, 3, 3, 4))])
    assert await read(script) == [1, 2, 3, 4]


async def test_a_cut_after_the_first_id_resumes_from_the_beginning() -> None:
    script = Script([Answer(events(5), cut=True), Answer(events(5, 6))])
    assert await read(script) == [5, 6]
    assert script.streams()[1].headers["last-event-id"] == "0"


async def test_a_server_that_replays_everything_is_told_apart() -> None:
    script = Script([Answer(events(*range(1, 13)), cut=True), Answer(events(*range(1, 16)))])
    assert await read(script) == list(range(1, 16))


async def test_a_replay_longer_than_what_is_remembered_is_told_apart_by_order() -> None:
    many = list(range(1, 12_001))
    script = Script([Answer(events(*many), cut=True), Answer(events(*many, 12_001))])
    assert await read(script) == [*many, 12_001]


async def test_ids_out_of_order_are_delivered_as_they_come() -> None:
    script = Script([Answer(events(5, 3, 4), cut=True), Answer(events(4, 6))])
    assert await read(script) == [5, 3, 4, 6]


async def test_an_event_that_was_cut_in_its_middle_comes_whole() -> None:
    whole = events(1, 2, 3)
    script = Script([Answer(whole[:-9]), Answer(events(2, 3))])
    assert await read(script) == [1, 2, 3]


async def test_a_clean_close_while_the_run_goes_on_is_a_cut() -> None:
    script = Script([Answer(events(1, 2)), Answer(events(2, 3) + event(4, None, "end"))])
    script.status = "running"
    assert await read(script) == [1, 2, 3, 4]


async def test_failures_to_connect_again_are_retried() -> None:
    html = {"content-type": "text/html"}
    script = Script(
        [
            Answer(events(1, 2), cut=True),
            Answer(status_code=503, headers=html),
            Answer(status_code=0),
            Answer(status_code=429, headers={**html, "retry-after": "0"}),
            Answer(events(2, 3)),
        ]
    )
    assert await read(script) == [1, 2, 3]


async def test_a_server_that_stays_away_is_an_interruption_with_the_cursor() -> None:
    script = Script([Answer(events(1, 2), cut=True), *[Answer(status_code=0) for _ in range(9)]])
    with pytest.raises(StreamInterrupted) as caught:
        await read(script)
    assert caught.value.last_event_id == "2-0"
    assert isinstance(caught.value.__cause__, TransportError)
    assert len(script.streams()) == 6


async def test_a_run_that_is_gone_is_an_interruption_at_once() -> None:
    gone = Answer(b"{}", status_code=404, headers={"content-type": "application/json"})
    script = Script([Answer(events(1), cut=True), gone])
    with pytest.raises(StreamInterrupted):
        await read(script)
    assert len(script.streams()) == 2


async def test_a_cut_stream_of_a_run_without_a_thread_cannot_go_on() -> None:
    stateless = {**LOCATED, "content-location": f"/runs/{RUN}", "location": f"/runs/{RUN}/stream"}
    script = Script([Answer(events(1), cut=True, headers=stateless)])
    with pytest.raises(StreamInterrupted):
        await read(script)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "location", ["http://elsewhere/x", "https://server/x", "//other/x", "http://server:81/x"]
)
async def test_a_location_of_another_origin_is_refused(location: str) -> None:
    script = Script([Answer(events(1), headers={**LOCATED, "location": location})])
    with pytest.raises(StreamProtocolError, match="another origin"):
        await read(script)


async def test_a_page_in_place_of_the_resumed_stream_is_an_interruption() -> None:
    script = Script(
        [Answer(events(1, 2), cut=True), Answer(b"<html>", headers={"content-type": "text/html"})]
    )
    with pytest.raises(StreamInterrupted, match="text/html"):
        await read(script)


@pytest.mark.parametrize(("asked", "waited"), [("1500", 1.5), ("0", 0.0), ("99999999999", 60.0)])
async def test_a_server_is_obeyed_about_the_wait_but_for_ever_is_not_waited(
    asked: str, waited: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("asyncio.sleep", note)
    retry = f"retry: {asked}\r\n\r\n".encode()
    script = Script([Answer(events(1) + retry, cut=True), Answer(events(1, 2))])
    assert await read(script) == [1, 2]
    assert waits == [waited]


async def test_a_resumable_run_cut_before_its_first_event_is_read_from_its_beginning() -> None:
    script = Script([Answer(cut=True), Answer(events(1, 2))])
    assert await read(script) == [1, 2]
    assert script.streams()[1].headers["last-event-id"] == "0"


async def test_a_stream_that_failed_does_not_start_the_run_again() -> None:
    script = Script([Answer(status_code=0)])
    client = AsyncClient("http://server", transport=AsyncScriptedTransport(script), retry=None)
    stream = client.runs.stream(THREAD, "agent")
    with pytest.raises(TransportError):
        await anext(stream)
    assert [part.event async for part in stream] == []
    assert len(script.requests) == 1
    await client.aclose()


async def test_leaving_the_loop_closes_the_connection() -> None:
    script = Script([Answer(events(1, 2, 3))])
    client = AsyncClient("http://server", transport=AsyncScriptedTransport(script), retry=None)
    async with client.runs.stream(THREAD, "agent") as stream:
        async for part in stream:
            assert part.data == 1
            break
        assert stream.last_event_id == "1-0"
        assert stream.resumable
    assert script.open == 0
    await client.aclose()
