"""SSE decoding from memory, JSON included: ours, the official SDK's and httpx-sse's decoder.

Run alone with `python -m benchmarks.sse`. The decoders take turns in every round, because absolute
times drift; figures are medians over the rounds. Every decoder has to find the same events.
"""

from __future__ import annotations

import codecs
import json
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from httpx_sse._decoders import SSEDecoder as HttpxSSEDecoder
from httpx_sse._decoders import SSELineDecoder
from langgraph_sdk.sse import BytesLineDecoder
from langgraph_sdk.sse import SSEDecoder as PeerSSEDecoder
from pydantic_core import from_json

from graphwire_stream._sse import SSEDecoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 7
PEER = "langgraph-sdk"
OURS = "graphwire"


class Row(NamedTuple):
    """One decoder on one case."""

    case: str
    decoder: str
    seconds: float
    """Median over the rounds."""
    events: int
    speed: float
    """Times the speed of the official SDK's decoder, from the medians."""


def decode_ours(chunks: list[bytes]) -> Iterator[tuple[str, Any]]:
    decoder = SSEDecoder()
    for chunk in chunks:
        for event in decoder.feed(chunk):
            yield event.event, from_json(event.data)
    for event in decoder.flush():
        yield event.event, from_json(event.data)


def decode_peer(chunks: list[bytes]) -> Iterator[tuple[str, Any]]:
    lines = BytesLineDecoder()
    decoder = PeerSSEDecoder()
    for chunk in chunks:
        for line in lines.decode(chunk):
            part = decoder.decode(cast("bytes", line))
            if part is not None:
                yield part.event, part.data


def decode_httpx_sse(chunks: list[bytes]) -> Iterator[tuple[str, Any]]:
    text = codecs.getincrementaldecoder("utf-8")(errors="replace")
    lines = SSELineDecoder()
    decoder = HttpxSSEDecoder()
    for chunk in chunks:
        for line in lines.decode(text.decode(chunk)):
            event = decoder.decode(line)
            if event is not None:
                yield event.event, from_json(event.data)


def floor_json(chunks: list[bytes]) -> Iterator[tuple[str, Any]]:
    """Parse the JSON and nothing else: no decoder can be faster."""
    for chunk in chunks:
        yield "", from_json(chunk)


DECODERS: dict[str, Callable[[list[bytes]], Iterator[tuple[str, Any]]]] = {
    PEER: decode_peer,
    OURS: decode_ours,
    "httpx-sse": decode_httpx_sse,
}


def message(content: str, number: int) -> bytes:
    """Return the JSON of a message chunk as the server writes it."""
    body = {"content": content, "type": "AIMessageChunk", "id": f"run-{number}", "tool_calls": []}
    return json.dumps([body, {"langgraph_step": 1}], separators=(",", ":")).encode()


def frame(data: bytes, number: int, event: bytes = b"messages") -> bytes:
    return b"event: %b\r\ndata: %b\r\nid: 17953580%05d-0\r\n\r\n" % (event, data, number)


def in_chunks(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


def cases() -> Iterator[tuple[str, list[bytes], list[bytes]]]:
    """Yield the name of a case, its chunks, and the JSON in them."""
    small = [message("token " * 4, number) for number in range(10_000)]
    frames = [frame(data, number) for number, data in enumerate(small)]
    yield f"small ({len(frames[0])} B), a chunk each", frames, small
    yield f"small ({len(frames[0])} B), 64 KB chunks", in_chunks(b"".join(frames), 65_536), small
    names = [b"messages", b"values", b"updates|child:c2f650db-5c74e910"]
    mixed = [frame(data, number, names[number % 3]) for number, data in enumerate(small)]
    yield "small, alternating names, 64 KB", in_chunks(b"".join(mixed), 65_536), small
    history = json.dumps(
        {"messages": [json.loads(message("word " * 60, n))[0] for n in range(138)]},
        separators=(",", ":"),
    ).encode()
    large = [history] * 200
    frames = [frame(data, number) for number, data in enumerate(large)]
    name = f"large ({len(frames[0]) // 1000} KB)"
    yield f"{name}, a chunk each", frames, large
    yield f"{name}, 64 KB chunks", in_chunks(b"".join(frames), 65_536), large
    huge = json.dumps({"values": ["some text of a document " * 40] * 20_800}).encode()
    frames = in_chunks(frame(huge, 0), 4096)
    yield f"one event of {len(huge) // 1_000_000} MB, 4 KB chunks", frames, [huge]


def measure(decode: Callable[[list[bytes]], Iterator[tuple[str, Any]]], chunks: list[bytes]) -> Any:
    """Return the seconds that it takes, the number of events, and the last event."""
    last: tuple[str, Any] = ("", None)
    count = 0
    start = perf_counter()
    for event in decode(chunks):
        last = event
        count += 1
    return perf_counter() - start, count, last


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """Measure every decoder on every case, a case at a time."""
    for case, chunks, documents in cases():
        times: dict[str, list[float]] = {name: [] for name in DECODERS}
        times["JSON alone"] = []
        for _ in range(rounds):
            expected = None
            for name, decode in DECODERS.items():
                seconds, count, last = measure(decode, chunks)
                times[name].append(seconds)
                if expected is None:
                    expected = (count, last)
                elif expected != (count, last):
                    raise AssertionError(f"{name} disagrees with {PEER} on {case}")
            times["JSON alone"].append(measure(floor_json, documents)[0])
        peer = median(times[PEER])
        for name, taken in times.items():
            yield Row(case, name, median(taken), len(documents), peer / median(taken))


def main() -> None:
    print(f"{'case':34} {'decoder':14} {'µs/event':>10} {'x peer':>7}")
    for row in rows():
        each = row.seconds / row.events * 1e6
        print(f"{row.case:34} {row.decoder:14} {each:10.2f} {row.speed:7.2f}", flush=True)


if __name__ == "__main__":
    main()
