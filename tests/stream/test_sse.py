"""Each rule of the event-stream format, one example at a time."""

from __future__ import annotations

import pickle
from io import BytesIO
from typing import TYPE_CHECKING, SupportsIndex, overload

import pytest

from graphwire_core.errors import InvalidArgumentError, StreamProtocolError
from graphwire_stream import _sse
from graphwire_stream._sse import ServerSentEvent, SSEDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Buffer

BOM = b"\xef\xbb\xbf"


def decode(*chunks: bytes, limit: int | None = None) -> list[ServerSentEvent]:
    decoder = SSEDecoder(max_event_size=limit)
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def shown(events: Iterable[ServerSentEvent]) -> list[tuple[str, bytes, str | None]]:
    return [event[:3] for event in events]


def test_a_block_of_the_server_becomes_an_event() -> None:
    body = b'event: values\r\ndata: {"n":0}\r\nid: 1795358098927-0\r\n\r\n'
    assert decode(body) == [ServerSentEvent("values", b'{"n":0}', "1795358098927-0", has_id=True)]


def test_events_of_any_name_may_alternate() -> None:
    names = [f"values|child:{number}" for number in range(200)] * 2
    body = b"".join(b"event: %b\r\ndata: 1\r\n\r\n" % name.encode() for name in names)
    assert [event.event for event in decode(body)] == names


def test_event_names_without_end_do_not_fill_the_memory() -> None:
    decoder = SSEDecoder()
    for number in range(1000):
        decoder.feed(b"event: values|task:%d\r\ndata: 1\r\n\r\n" % number)
    assert len(decoder._usual._shapes) < 100


@pytest.mark.parametrize("eol", [b"\n", b"\r", b"\r\n"])
def test_lines_may_end_in_lf_cr_or_crlf(eol: bytes) -> None:
    lines = [b"event: a", b"data: 1", b"id: 7", b"", b"data: 2", b"data: 3", b"", b""]
    assert shown(decode(eol.join(lines))) == [("a", b"1", "7"), ("", b"2\n3", "7")]


@pytest.mark.parametrize("first", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("second", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize("blank", [b"\n", b"\r", b"\r\n"])
def test_line_ends_may_be_mixed_within_a_block(first: bytes, second: bytes, blank: bytes) -> None:
    if second == b"\r" and blank == b"\n":
        blank = b"\r"  # the two would be one CRLF
    block = b"event: a" + first + b"data: 1" + second + blank
    assert shown(decode(block + b"event: b\ndata: 2\n\n")) == [("a", b"1", None), ("b", b"2", None)]


def test_a_bare_cr_inside_a_crlf_block_ends_a_line() -> None:
    block = b"event: a\r\ndata: 1\rdata: 2\r\nid: 3\rid: 4\r\n\r\n"
    assert shown(decode(block)) == [("a", b"1\n2", "4")]


def test_a_bare_lf_inside_a_crlf_block_ends_a_line() -> None:
    block = b"event: a\r\ndata: 1\ndata: 2\r\nid: 3\nid: 4\r\n\r\n"
    assert shown(decode(block)) == [("a", b"1\n2", "4")]


def test_a_crlf_split_between_chunks_is_one_line_end() -> None:
    assert shown(decode(b"data: 1\r", b"\ndata: 2\r", b"\n\r", b"\ndata: 3\r\n", b"\r\n")) == [
        ("", b"1\n2", None),
        ("", b"3", None),
    ]


def test_an_event_is_dispatched_at_the_cr_of_its_blank_line() -> None:
    decoder = SSEDecoder()
    assert shown(decoder.feed(b"data: 1\r\n\r")) == [("", b"1", None)]
    assert decoder.pending == 0
    assert shown(decoder.feed(b"\ndata: 2\n\n")) == [("", b"2", None)]


def test_an_empty_chunk_changes_nothing() -> None:
    events = decode(b"", b"data: 1\r", b"", b"\n\r", b"", b"\n", b"data: 2\n\n")
    assert shown(events) == [("", b"1", None), ("", b"2", None)]


@pytest.mark.parametrize(
    "chunks", [[BOM + b"data: 1\n\n"], [BOM[:1], BOM[1:2], BOM[2:] + b"data: 1\n\n"]]
)
def test_a_bom_at_the_start_of_the_stream_is_dropped(chunks: list[bytes]) -> None:
    assert shown(decode(*chunks)) == [("", b"1", None)]


def test_only_one_bom_at_the_start_of_the_stream_is_dropped() -> None:
    block = b"data: 1\ndata: 2\n\n"
    assert shown(decode(BOM + BOM + block + BOM + block)) == [("", b"2", None), ("", b"2", None)]


def test_a_bom_cut_short_is_an_unknown_field() -> None:
    assert shown(decode(BOM[:2], b"data: 1\n\ndata: 2\n\n")) == [("", b"2", None)]


def test_a_stream_that_ends_within_a_bom_is_empty() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(BOM[:2]) == []
    assert decoder.flush() == []


def test_comments_are_counted_and_ignored() -> None:
    decoder = SSEDecoder()
    events = decoder.feed(b": heartbeat\r\n\r\ndata: 1\r\n:\r\n: data: 2\r\ndata: 3\r\n\r\n:")
    assert shown(events) == [("", b"1\n3", None)]
    assert decoder.comments == 3
    assert decoder.flush() == []
    assert decoder.comments == 4


def test_a_heartbeat_counts_as_soon_as_its_line_ends() -> None:
    decoder = SSEDecoder()
    for number, chunk in enumerate([b": heartbeat\r", b"\n\r\n: heart", b"beat\n"]):
        assert decoder.feed(chunk) == []
        assert decoder.comments == [1, 1, 2][number]


def test_heartbeats_without_blank_lines_do_not_pile_up() -> None:
    decoder = SSEDecoder(max_event_size=20)
    for _ in range(1000):
        assert decoder.feed(b": keep-alive\n\n: keep-") == []
        assert decoder.pending == 0
        assert decoder.feed(b"alive\r:\n") == []
        assert decoder.pending == 0
    assert decoder.comments == 3000
    assert shown(decoder.feed(b"data: 1\n\n")) == [("", b"1", None)]


def test_data_lines_are_joined_with_newlines() -> None:
    assert shown(decode(b"data: 1\ndata\ndata:\ndata: 2\n\n")) == [("", b"1\n\n\n2", None)]


def test_an_empty_data_field_is_an_event() -> None:
    assert shown(decode(b"data\n\ndata:\n\ndata: \n\n")) == [("", b"", None)] * 3


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"data:x", b"x"),
        (b"data: x", b"x"),
        (b"data:  x ", b" x "),
        (b"data:\tx", b"\tx"),
        (b"data: a: b", b"a: b"),
        (b"data::", b":"),
    ],
)
def test_exactly_one_space_after_the_first_colon_is_removed(line: bytes, value: bytes) -> None:
    assert shown(decode(b"event: x\n" + line + b"\n\n")) == [("x", value, None)]


def test_fields_are_matched_exactly_and_unknown_ones_ignored() -> None:
    block = b"Data: 1\n data: 2\ndata : 3\nfoo: 4\nfoo\ndata: 5\n\n"
    assert shown(decode(block)) == [("", b"5", None)]


def test_the_last_event_name_of_a_block_wins() -> None:
    assert shown(decode(b"event: a\ndata: 1\nevent: b\n\n")) == [("b", b"1", None)]


def test_the_event_name_does_not_outlive_its_block() -> None:
    assert shown(decode(b"event: a\ndata: 1\n\ndata: 2\n\n")) == [
        ("a", b"1", None),
        ("", b"2", None),
    ]


def test_an_event_name_without_data_is_an_event_with_empty_data() -> None:
    assert shown(decode(b"event: end\r\n\r\n")) == [("end", b"", None)]


def test_an_empty_event_name_without_data_is_nothing() -> None:
    assert decode(b"event:\n\nevent\n\nevent: a\nevent:\n\n") == []


def test_blank_lines_alone_are_nothing() -> None:
    assert decode(b"\n\n\r\r\n\r\n\n\r") == []


def test_an_id_stays_for_later_events_which_do_not_own_it() -> None:
    assert decode(b"data: 1\n\nid: 7\ndata: 2\n\ndata: 3\n\n") == [
        ServerSentEvent("", b"1", None, has_id=False),
        ServerSentEvent("", b"2", "7", has_id=True),
        ServerSentEvent("", b"3", "7", has_id=False),
    ]


def test_an_empty_id_resets_the_cursor() -> None:
    for field in (b"id", b"id:", b"id: "):
        decoder = SSEDecoder(last_event_id="7")
        events = decoder.feed(b"event: a\ndata: 1\n" + field + b"\n\n")
        assert events == [ServerSentEvent("a", b"1", None, has_id=False)]
        assert decoder.last_event_id == ""


def test_the_cursor_is_none_until_an_id_is_known() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"event: a\ndata: 1\n\n")
    assert decoder.last_event_id is None


def test_an_id_with_nul_is_ignored() -> None:
    assert decode(b"event: a\ndata: 1\nid: 7\n\nevent: a\ndata: 2\nid: 8\x00\n\n") == [
        ServerSentEvent("a", b"1", "7", has_id=True),
        ServerSentEvent("a", b"2", "7", has_id=False),
    ]


def test_the_last_valid_id_of_a_block_counts() -> None:
    assert shown(decode(b"id: 7\nid: 8\nid: \x00\ndata: 1\n\n")) == [("", b"1", "8")]


@pytest.mark.parametrize("size", [100, 254, 255, 256, 5000])
def test_an_id_and_a_name_may_be_of_any_length(size: int) -> None:
    name = "n" * size * 2
    block = b"event: %b\r\ndata: 1\r\nid: %b\r\n\r\n" % (name.encode(), b"i" * size)
    assert shown(decode(block * 2)) == [(name, b"1", "i" * size)] * 2


def test_a_block_of_id_or_retry_alone_moves_the_cursor_only() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"id: 7\n\nretry: 250\n\n") == []
    assert decoder.last_event_id == "7"
    assert decoder.retry == 250


def test_the_cursor_moves_only_with_a_complete_block() -> None:
    decoder = SSEDecoder(last_event_id="6")
    decoder.feed(b"id: 7\nretry: 9\ndata: half of an ev")
    assert decoder.last_event_id == "6"
    assert decoder.retry is None
    decoder.feed(b"ent\n\n")
    assert decoder.last_event_id == "7"
    assert decoder.retry == 9


def test_a_cursor_can_be_handed_in() -> None:
    decoder = SSEDecoder(last_event_id="41")
    assert decoder.last_event_id == "41"
    assert decoder.feed(b"event: a\ndata: 1\n\n") == [
        ServerSentEvent("a", b"1", "41", has_id=False)
    ]


@pytest.mark.parametrize(
    ("value", "retry"),
    [
        (b"0", 0),
        (b"1500", 1500),
        (b"007", 7),
        (b"-1", 3),
        (b"+1", 3),
        (b"1_000", 3),
        (b"1.5", 3),
        (b" 1", 3),
        (b"1 ", 3),
        (b"", 3),
        (b"x", 3),
        ("٣".encode(), 3),
        (b"9" * 5000, 3),
    ],
)
def test_retry_takes_digits_only(value: bytes, retry: int) -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: 3\n\nretry: " + value + b"\n\n")
    assert decoder.retry == retry


def test_utf8_may_be_split_anywhere() -> None:
    text = "é→𝄞"
    body = f"event: {text}\ndata: {text}\nid: {text}\n\n".encode()
    for cut in range(len(body)):
        assert shown(decode(body[:cut], body[cut:])) == [(text, text.encode(), text)]


def test_invalid_utf8_stays_in_data_and_is_replaced_in_names_and_ids() -> None:
    for eol in (b"\n", b"\r\n", b"\r"):
        block = eol.join([b"event: a\xff", b"data: b\xff", b"id: c\xff", b"", b""])
        assert shown(decode(block)) == [("a\ufffd", b"b\xff", "c\ufffd")]


def test_data_keeps_nul_and_control_bytes() -> None:
    data = bytes(byte for byte in range(256) if byte not in b"\r\n")
    assert shown(decode(b"event: a\r\ndata: " + data + b"\r\n\r\n")) == [("a", data, None)]


@pytest.mark.parametrize("end", [b"", b"\r", b"\n", b"\r\n"])
def test_a_clean_end_dispatches_the_pending_event(end: bytes) -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"event: end\r\nid: 7\r\ndata: 1" + end) == []
    assert decoder.flush() == [ServerSentEvent("end", b"1", "7", has_id=True)]
    assert decoder.last_event_id == "7"
    assert decoder.flush() == []


def test_without_a_flush_the_pending_event_and_its_id_are_discarded() -> None:
    decoder = SSEDecoder()
    assert shown(decoder.feed(b"id: 7\ndata: 1\n\nid: 8\ndata: 2\n")) == [("", b"1", "7")]
    assert decoder.last_event_id == "7"
    assert decoder.pending == len(b"id: 8\ndata: 2\n")


def test_one_byte_at_a_time_gives_the_same_events() -> None:
    body = BOM + b": hi\r\n\r\nevent: a\r\ndata: 1\r\nid: 7\r\n\r\n"
    body += b"data: 2\rdata: 3\r\revent: end\n\n"
    expected = [("a", b"1", "7"), ("", b"2\n3", "7"), ("end", b"", "7")]
    assert shown(decode(body)) == expected
    assert shown(decode(*(body[at : at + 1] for at in range(len(body))))) == expected


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_must_be_positive(limit: int) -> None:
    with pytest.raises(InvalidArgumentError, match=f"max_event_size: expected .* got {limit}"):
        SSEDecoder(max_event_size=limit)


@pytest.mark.parametrize("size", [1, 3, 16, 1000])
def test_an_event_at_the_limit_passes_and_one_above_fails(size: int) -> None:
    block = b"event: a\r\ndata: 123\r\n\r\n"
    chunks = [block[at : at + size] for at in range(0, len(block), size)]
    assert shown(decode(*chunks, limit=len(block))) == [("a", b"123", None)]
    with pytest.raises(StreamProtocolError, match=r"exceeds max_event_size \(21 bytes\)"):
        decode(*chunks, limit=21)


def test_an_endless_event_fails_as_soon_as_it_exceeds_the_limit() -> None:
    decoder = SSEDecoder(max_event_size=10_000)
    for _ in range(10):
        assert decoder.feed(b"x" * 1000) == []
    with pytest.raises(StreamProtocolError):
        decoder.feed(b"x")
    assert decoder.pending == 0


def test_events_before_a_too_large_one_are_returned_first() -> None:
    decoder = SSEDecoder(max_event_size=20)
    assert shown(decoder.feed(b"data: 1\nid: 7\n\ndata: " + b"2" * 20)) == [("", b"1", "7")]
    with pytest.raises(StreamProtocolError, match="last event id before it is '7'"):
        decoder.feed(b"data: 3\n\n")
    with pytest.raises(StreamProtocolError, match="last event id before it is '7'"):
        decoder.flush()


def test_a_comment_of_any_length_is_within_the_limit() -> None:
    decoder = SSEDecoder(max_event_size=20)
    assert decoder.feed(b":" + b"x" * 100) == []
    assert shown(decoder.feed(b"x" * 100 + b"\ndata: 1\n\n")) == [("", b"1", None)]


def test_no_limit_is_possible() -> None:
    data = b"x" * 300_000
    decoder = SSEDecoder(max_event_size=None)
    assert decoder.feed(b"data: " + data) == []
    assert shown(decoder.feed(b"\n\n")) == [("", data, None)]


def test_an_event_is_an_ordinary_named_tuple() -> None:
    (event,) = decode(b"event: a\r\ndata: 1\r\n\r\n")
    assert type(event) is ServerSentEvent
    assert event._asdict() == {"event": "a", "data": b"1", "id": None, "has_id": False}
    assert pickle.loads(pickle.dumps(event)) == event


class CountedBytes(bytes):
    """Bytes that count how many of them are searched or copied."""

    work = 0

    def find(
        self,
        sub: bytes | SupportsIndex,  # type: ignore[override]  # buffers are not searched for here
        start: SupportsIndex | None = None,
        end: SupportsIndex | None = None,
    ) -> int:
        found = super().find(sub, start, end)
        first = 0 if start is None else start.__index__()
        last = len(self) if end is None else min(len(self), end.__index__())
        type(self).work += (last if found < 0 else found + 1) - first
        return found

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> bytes: ...
    def __getitem__(self, key: SupportsIndex | slice) -> int | bytes:
        part = super().__getitem__(key)
        type(self).work += len(part) if isinstance(part, bytes) else 1
        return part


UNITS = {
    "CRLF": b"event: a\r\ndata: 12345\r\nid: 7\r\n\r\n",
    "LF": b"event: a\ndata: 12345\nid: 7\n\n",
    "two of a name": (b"event: a\ndata: 1\n\n" * 2 + b"event: b\ndata: 1\n\n" * 2),
    "now and then an id": b"event: a\ndata: 1\n\n" * 20 + b"event: a\ndata: 1\nid: 7\n\n",
    "CR": b"event: a\rdata: 12345\rid: 7\r\r",
    "LF, then CR": b"event: a\ndata: 1\r\r",
    "CR after the id": b"event: a\ndata: 1\nid: 7\r\r",
    "data only": b"data: 1\n\n",
    "CR, data only": b"data: 1\r\r",
    "comments": b":\n",
    "CR comments": b":\r",
    "blank lines": b"\n",
    "blank CR lines": b"\r",
    "one long line": b"data: 1",
    "one long block": b"data: 1\n",
    "one long CR block": b"event: a\r",
}


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
@pytest.mark.parametrize("size", [4096, 1 << 20])
def test_work_grows_linearly_with_the_bytes(
    unit: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = []
    for length in (30_000, 120_000):
        body = (unit * (length // len(unit) + 1))[:length]
        monkeypatch.setattr(CountedBytes, "work", 0)
        decoder = SSEDecoder()
        decoder.feed(b": the first chunk is looked at apart, for a BOM\n")
        for start in range(0, length, size):
            decoder.feed(CountedBytes(body[start : start + size]))
        totals.append(CountedBytes.work)
    # A search of the whole chunk for each block would be sixteen times the work, not four.
    assert totals[1] < 6 * totals[0]


class CountedBuffer(BytesIO):
    """A buffer that counts what goes through it."""

    work = 0

    def write(self, data: Buffer) -> int:
        count = super().write(data)
        CountedBuffer.work += count
        return count

    def getvalue(self) -> bytes:
        value = super().getvalue()
        CountedBuffer.work += len(value)
        return value


@pytest.mark.parametrize(("size", "chunk"), [(20_000_000, 4096), (200_000, 1)])
def test_a_large_event_in_small_chunks_is_searched_and_copied_once(
    size: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sse, "BytesIO", CountedBuffer)
    monkeypatch.setattr(CountedBuffer, "work", 0)
    monkeypatch.setattr(CountedBytes, "work", 0)
    data = b"x" * size
    body = b"event: values\r\ndata: " + data + b"\r\nid: 7\r\n\r\n"
    decoder = SSEDecoder()
    events = []
    for start in range(0, len(body), chunk):
        events += decoder.feed(CountedBytes(body[start : start + chunk]))
    assert events == [ServerSentEvent("values", data, "7", has_id=True)]
    assert CountedBuffer.work <= 2 * len(body)  # in and out
    # One search for LF, one for CR, and a look at the first and the last byte of each chunk.
    assert CountedBytes.work <= 2 * len(body) + 2 * len(body) // chunk + 1000
