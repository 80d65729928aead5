"""WebSockets that the server closes, and what else may come on one."""

from __future__ import annotations

import pytest
from tests.stream.event_transports.feeds import BINARY, PING, ws_frame
from tests.stream.thread_faults._async.reading import AsyncVisit, read_all, started, whole
from tests.stream.thread_faults.stage import Act, Stage, Wire, plays
from tests.stream.thread_faults.story import STORY, WHOLE

from graphwire_core.errors import (
    AuthenticationError,
    GraphwireError,
    NotFoundError,
    PermissionDeniedError,
    StreamInterrupted,
    StreamProtocolError,
)
from graphwire_stream._session import session

NAMES = ("values", "text", "output")


def closing(code: int, reason: str = "") -> Act:
    return lambda wire: wire.close_with(code, reason)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 1013, 4000, 4429, 4503])
async def test_a_stream_goes_on_after_close_code(code: int) -> None:
    with Stage(plays(upto=9, end=closing(code, "thread stream ended")), plays(known=9)) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_stream_goes_on_after_a_socket_without_a_farewell() -> None:
    with Stage(plays(upto=9, end=Wire.vanish), plays(known=9)) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


@pytest.mark.parametrize("code", [1000, 1011])
async def test_a_socket_that_is_always_closed_is_given_up(code: int) -> None:
    with Stage(plays(upto=9, end=closing(code))) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert isinstance(outcome.error, StreamInterrupted)
                assert f"closed it with code {code}" in str(outcome.error)
    assert len(stage.subscriptions) <= len(NAMES) * session.RESUME.attempts


FINAL: dict[int, type[GraphwireError]] = {
    4401: AuthenticationError,
    4403: PermissionDeniedError,
    4404: NotFoundError,
}


@pytest.mark.parametrize("code", FINAL)
async def test_a_code_that_stands_for_a_refusal_reaches_every_reader(code: int) -> None:
    with Stage(plays(upto=9, end=closing(code, "no more"))) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert type(outcome.error) is FINAL[code]
                assert "no more" in str(outcome.error)
    assert len(stage.subscriptions) <= len(NAMES)


async def test_a_binary_message_is_one_error_of_every_reader() -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        wire.tell(STORY[:9])
        wire.raw(ws_frame(b"\x00\x01", BINARY))
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert type(outcome.error) is StreamProtocolError
    assert len(stage.subscriptions) <= len(NAMES)


async def test_pings_and_messages_in_parts_are_no_fault() -> None:
    def act(wire: Wire) -> None:
        wire.begin()
        for frame in wire.frames(STORY):
            wire.raw(ws_frame(b"are you there", PING))
            wire.raw(ws_frame(frame[:5], fin=False))
            wire.raw(ws_frame(b"", PING))
            wire.raw(ws_frame(frame[5:], 0))
        wire.hold()

    with Stage(act) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            assert await whole(thread) == WHOLE


async def test_a_subscription_that_is_refused_reaches_every_reader() -> None:
    refusal = b'{"type":"error","id":1,"error":"permission_denied","message":"not yours"}'

    def act(wire: Wire) -> None:
        wire.refuse(refusal)

    with Stage(act) as stage:
        async with AsyncVisit(stage, "websocket") as thread:
            await started(thread)
            for outcome in (await read_all(thread, NAMES)).values():
                assert type(outcome.error) is PermissionDeniedError
                assert "not yours" in str(outcome.error)
