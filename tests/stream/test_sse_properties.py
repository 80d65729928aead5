"""The decoder on random streams: any chunking, agreement with httpx-sse, and noise."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from httpx_sse._decoders import SSEDecoder as HttpxSSEDecoder
from httpx_sse._decoders import SSELineDecoder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphwire_core.errors import StreamProtocolError
from graphwire_stream._sse import ServerSentEvent, SSEDecoder

FOLDER = Path(__file__).parent / "captures"
NAMES_OF_CAPTURES = """
    agent_stateless cancelled_interrupt failing_stateless full_nosub_values full_sub_updates
    joinrun_resumable_none slow_custom subinterrupt_values v3_par_tr_norespond v3_slow_tr
"""
CAPTURES = [FOLDER / f"{name}.sse" for name in NAMES_OF_CAPTURES.split()]

EOLS = st.sampled_from([b"\n", b"\r", b"\r\n"])
ORDINARY = [b"", b" ", b"  x", b"values", b'{"a":[1]}', b"a:b", b":", b"12", "é→𝄞".encode()]
ODD = [b"\x00", b"\xe2\x82", b"\xef\xbb\xbf", b"\xc2\xa0", b"\x0b\x0c\x1c\x85", b"+5", b"1_0"]
TEXT = st.sampled_from([*ORDINARY, *ODD, "٣".encode(), b"9" * 20])
FIELDS = st.sampled_from([b"event", b"data", b"id", b"retry"])
NAMES = FIELDS | st.sampled_from([b"", b"foo", b"Data", b" data", b"\xef\xbb\xbfdata"])
COLONS = st.sampled_from([b":", b": ", b""])
LINES = st.builds(lambda *parts: b"".join(parts), NAMES, COLONS, TEXT)
ANY_LINES = LINES | st.just(b"") | st.binary(max_size=6)


def usual_block(eol: bytes, name: bytes, data: bytes, event_id: bytes | None) -> bytes:
    lines = [b"event: " + name, b"data: " + data]
    if event_id is not None:
        lines.append(b"id: " + event_id)
    return eol.join([*lines, b"", b""])


USUAL = st.builds(usual_block, EOLS, TEXT, TEXT, st.none() | TEXT)
# So many alike that they are decoded at once, but for one that may be anything.
ROWS = st.builds(
    lambda eol, name, data, ids, odd, at: b"".join(
        odd if number == at else usual_block(eol, name, data[number % 2], event_id)
        for number, event_id in enumerate(ids)
    ),
    EOLS,
    TEXT,
    st.tuples(TEXT, TEXT | st.sampled_from([b"1\r", b"1\rid: 2"])),
    st.lists(st.none() | TEXT, min_size=30, max_size=60)
    | st.integers(30, 60).map(lambda size: [b"%d" % number for number in range(size)] + [None])
    | st.integers(30, 60).map(lambda size: [None] * size),
    USUAL | st.builds(lambda line, eol: line + eol, ANY_LINES, EOLS),
    st.none() | st.integers(0, 60),
)
PIECES = USUAL | ROWS | st.builds(lambda line, eol: line + eol, ANY_LINES, EOLS)
BODIES = st.builds(
    lambda bom, pieces, end: bom + b"".join(pieces) + end,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb"]),
    st.lists(PIECES, max_size=12),
    ANY_LINES,
)


@st.composite
def chunkings(draw: st.DrawFn, body: bytes) -> list[bytes]:
    """Cut a body anywhere, into empty chunks too."""
    size = draw(st.sampled_from([0, 1, 2, 5]))
    if size:
        return [body[start : start + size] for start in range(0, len(body), size)]
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=8)))
    return [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]


class Outcome(NamedTuple):
    """All that a stream gives."""

    events: list[ServerSentEvent]
    flushed: list[ServerSentEvent]
    failed: bool
    last_event_id: str | None
    retry: int | None
    comments: int


def run(chunks: list[bytes], *, limit: int | None = None) -> Outcome:
    decoder = SSEDecoder(max_event_size=limit)
    events: list[ServerSentEvent] = []
    flushed: list[ServerSentEvent] = []
    failed = False
    try:
        for chunk in chunks:
            events += decoder.feed(chunk)
        flushed = decoder.flush()
    except StreamProtocolError:
        failed = True
    return Outcome(events, flushed, failed, decoder.last_event_id, decoder.retry, decoder.comments)


class Reference:
    """httpx-sse with the differences that `graphwire_stream._sse` documents, and no others.

    - httpx-sse reports every block once an id is known, and blocks of `retry` alone; here a block
      needs an event name or data. It names an event without a name `"message"`.
    - It leaves a byte order mark in the text, and takes for `retry` whatever `int()` does.
    """

    def __init__(self) -> None:
        self.decoder = HttpxSSEDecoder()
        self.retry: int | None = None
        self.own_id = False

    def read(self, body: bytes) -> tuple[list[ServerSentEvent], list[ServerSentEvent]]:
        """Return the events of a body, and those that its clean end dispatches."""
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        lines = SSELineDecoder()
        complete = lines.decode(text) if text else []
        terminated = text.endswith(("\n", "\r"))
        last = lines.flush()
        if terminated:
            complete, last = complete + last, []
        return self.events(complete), self.events([*last, ""])

    def events(self, lines: list[str]) -> list[ServerSentEvent]:
        found = []
        for line in lines:
            field, _, value = line.partition(":")
            digits = value.removeprefix(" ")
            if field == "retry" and not (digits.isascii() and digits.isdigit()):
                continue
            if field == "retry" and len(digits) <= 15:
                self.retry = int(digits)
            if field == "id" and "\0" not in value:
                self.own_id = bool(digits)
            name, seen = self.decoder._event, self.decoder._event or self.decoder._data
            event = self.decoder.decode(line)
            if event is not None and seen:
                data = event.data.encode()
                found.append(ServerSentEvent(name, data, event.id or None, self.own_id))
            if not line:
                self.own_id = False
        return found


def as_text(events: list[ServerSentEvent]) -> list[ServerSentEvent]:
    """Replace invalid UTF-8 in data, as a decoder of text does."""
    return [event._replace(data=event.data.decode("utf-8", "replace").encode()) for event in events]


@given(BODIES.flatmap(lambda body: st.tuples(st.just(body), chunkings(body))))
@settings(max_examples=400, deadline=None)
def test_any_chunking_gives_the_same_events(case: tuple[bytes, list[bytes]]) -> None:
    body, chunks = case
    assert run(chunks) == run([body])


@given(
    BODIES.flatmap(lambda body: st.tuples(st.just(body), chunkings(body))),
    st.integers(min_value=1, max_value=60),
)
@settings(max_examples=400, deadline=None)
def test_any_chunking_meets_the_limit_at_the_same_event(
    case: tuple[bytes, list[bytes]], limit: int
) -> None:
    body, chunks = case
    outcome = run(chunks, limit=limit)
    assert outcome == run([body], limit=limit)
    unlimited = run([body])
    if outcome.failed:
        assert outcome.events == unlimited.events[: len(outcome.events)]
    else:
        assert outcome == unlimited


@given(BODIES.flatmap(lambda body: st.tuples(st.just(body), chunkings(body))))
@settings(max_examples=400, deadline=None)
@example((b"event: a\r\ndata: 1\rid: 2\r\n\r\n", [b"event: a\r\ndata: 1\rid: 2\r\n\r\n"]))
def test_it_agrees_with_httpx_sse(case: tuple[bytes, list[bytes]]) -> None:
    body, chunks = case
    reference = Reference()
    events, flushed = reference.read(body)
    outcome = run(chunks)
    assert as_text(outcome.events) == events
    assert as_text(outcome.flushed) == flushed
    assert (outcome.last_event_id or "") == reference.decoder._last_event_id
    assert outcome.retry == reference.retry


@given(st.lists(st.binary(max_size=40) | USUAL, max_size=8), st.sampled_from([b"\n\n", b"\r\r"]))
@settings(max_examples=400, deadline=None)
def test_noise_never_loses_the_event_after_a_blank_line(noise: list[bytes], blank: bytes) -> None:
    decoder = SSEDecoder()
    for chunk in noise:
        decoder.feed(chunk)
    decoder.feed(blank)
    event = b'event: values\r\ndata: {"n":0}\r\nid: 7\r\n\r\n'
    assert decoder.feed(event) == [ServerSentEvent("values", b'{"n":0}', "7", has_id=True)]
    assert decoder.flush() == []


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=40))
@settings(max_examples=300, deadline=None)
def test_bytes_of_any_kind_never_raise(body: bytes, size: int) -> None:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    outcome = run(chunks)
    assert not outcome.failed
    assert sum(len(event.data) for event in outcome.events + outcome.flushed) <= len(body)


@pytest.mark.parametrize("path", CAPTURES, ids=[path.stem for path in CAPTURES])
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_captures_of_the_real_server_decode_as_in_httpx_sse(path: Path, size: int) -> None:
    body = path.read_bytes()
    events, flushed = Reference().read(body)
    outcome = run([body[start : start + size] for start in range(0, len(body), size)])
    assert outcome.events == events
    assert outcome.flushed == flushed == []
    # No block of the server may be missed: it writes one data line for each event.
    assert len(events) == body.count(b"\r\ndata: ") > 0
    assert outcome.comments == body.count(b": heartbeat\r\n")


def test_heartbeats_and_ids_are_among_the_captures() -> None:
    outcomes = {path.stem: run([path.read_bytes()]) for path in CAPTURES}
    assert outcomes["slow_custom"].comments == 2
    assert outcomes["slow_custom"].last_event_id == "1795358110937-0"
    assert outcomes["failing_stateless"].last_event_id is None
    assert outcomes["failing_stateless"].events[-1].event == "error"
    assert outcomes["v3_slow_tr"].events[-1].event == "lifecycle"
