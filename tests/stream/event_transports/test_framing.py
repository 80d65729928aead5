"""Frames of a WebSocket, cut as its bytes arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from graphwire_stream.event_transports._framing import Framing

kinds = st.tuples(
    st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT]),
    st.sampled_from([0, 1, 125, 126, 300, 70_000]),
    st.booleans(),
) | st.tuples(st.just(Opcode.PING), st.integers(0, 125), st.just(value=True))


@given(
    sent=st.lists(kinds, max_size=6),
    cuts=st.lists(st.integers(1, 400), max_size=20),
    mask=st.booleans(),
)
def test_frames_are_the_same_however_they_arrive(
    *, sent: list[tuple[Opcode, int, bool]], cuts: list[int], mask: bool
) -> None:
    frames = [Frame(opcode, bytes(size), fin=fin) for opcode, size, fin in sent]
    data = [frame.serialize(mask=mask) for frame in frames]
    wire = b"".join(data)
    framing = Framing(1 << 20)
    got: list[tuple[int, bytes]] = []
    for size in [*cuts, len(wire)]:
        got += framing.cut(wire[:size])
        wire = wire[size:]
    assert len(got) == len(frames)
    assert all(cut == frame for (_, cut), frame in zip(got, data, strict=True))
    for (header, raw), frame in zip(got, frames, strict=True):
        usual = frame.opcode is Opcode.TEXT and frame.fin and not mask
        assert (header > 0) is usual
        assert not usual or len(raw) - header == len(frame.data)
    assert framing.rest() == b""


def test_a_frame_that_is_too_large_is_not_waited_for() -> None:
    framing = Framing(1000)
    head = Frame(Opcode.TEXT, bytes(2000)).serialize(mask=False)[:10]
    assert list(framing.cut(head)) == [(0, head)]


def test_what_is_left_of_a_frame_is_told() -> None:
    framing = Framing(1000)
    wire = Frame(Opcode.TEXT, b"some text").serialize(mask=False)
    assert list(framing.cut(wire + wire[:3])) == [(2, wire)]
    assert framing.rest() == wire[:3]
