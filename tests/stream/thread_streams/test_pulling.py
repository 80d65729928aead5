"""Sync thread streams: whoever waits reads, without a thread, and leaves nothing behind."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from tests.stream.thread_streams._sync.opening import HELLO, all_of

from graphwire import Client, get_sync_client
from graphwire_core.testing import DevServer
from graphwire_stream import ThreadStream


@pytest.fixture
def client(server: DevServer) -> Iterator[Client]:
    with get_sync_client(url=server.url) as client:
        yield client


@pytest.fixture(params=["sse", "websocket"])
def thread(request: pytest.FixtureRequest, client: Client) -> Iterator[ThreadStream]:
    with client.threads.stream(
        assistant_id="newsroom", transport=request.param, timeout=60
    ) as thread:
        yield thread


def test_no_thread_is_started(thread: ThreadStream) -> None:
    before = threading.enumerate()
    thread.run.start(input=HELLO)
    for message in thread.messages:
        assert list(message.text) or message.tool_calls.get()
        assert threading.enumerate() == before
    assert thread.output["messages"]
    assert threading.enumerate() == before


def test_two_projections_are_read_in_turn(thread: ThreadStream) -> None:
    thread.run.start(input=HELLO)
    states, texts = thread.values.__iter__(), thread.text().__iter__()

    assert len(next(states)["messages"]) == 1
    assert next(texts) == "Rivers"
    assert len(next(states)["messages"]) == 2
    assert [*texts] == [" run", " deep"]
    assert len([*states][-1]["messages"]) == 8


def test_a_wait_is_read_as_text_or_as_a_whole(thread: ThreadStream) -> None:
    thread.run.start(input=HELLO)
    message = next(iter(thread.messages))

    assert str(message.text) == message.text.get() == "Rivers run deep"
    assert f"{message.reasoning}" == "What about rivers?"


def test_what_nobody_reads_any_more_is_let_go(thread: ThreadStream) -> None:
    thread.run.start(input=HELLO)
    reader = thread.text().__iter__()
    assert next(reader) == "Rivers"
    message = all_of(thread.messages)[0]
    gone = [weakref.ref(reader), weakref.ref(message)]
    del reader, message
    gc.collect()

    assert [one() for one in gone] == [None, None]
    assert thread.values.get()["messages"]
