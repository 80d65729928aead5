"""Cassettes: recorded once, replayed without a server, and without a secret in the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphwire import AsyncClient
from graphwire_core.errors import ConflictError, InvalidArgumentError, NotFoundError
from graphwire_core.models import Thread
from graphwire_core.testing import (
    AsyncCassetteTransport,
    AsyncMockTransport,
    Cassette,
    CassetteError,
    Drop,
    Event,
    Reply,
    StreamServer,
    make,
    make_error,
)

KEY = "lsv2_pt_0123456789abcdef"


def recording(path: Path, mock: AsyncMockTransport, **options: Any) -> AsyncClient:
    """Return a client that records what a mock answers."""
    transport = AsyncCassetteTransport(Cassette(path, **options), mock)
    return AsyncClient("http://mock", transport=transport, api_key=KEY, retry=None)


def replaying(path: Path) -> AsyncClient:
    """Return a client that replays a cassette, with another key and another server."""
    transport = AsyncCassetteTransport(Cassette(path))
    return AsyncClient("http://elsewhere", transport=transport, api_key="other", retry=None)


async def test_what_was_recorded_over_a_socket_is_replayed_without_one(tmp_path: Path) -> None:
    path = tmp_path / "made" / "for" / "it.json"
    script = [Event("values", {"n": 1}), Event("values", {"n": 2})]
    with StreamServer(script) as server:
        transport = AsyncCassetteTransport(Cassette(path))
        async with AsyncClient(server.url, transport=transport, api_key=KEY) as client:
            first = await client.threads.create(metadata={"owner": "ada"})
            stream = client.runs.stream(first.thread_id, "agent", stream_resumable=True)
            parts = [part async for part in stream]
    cassette = Cassette(path)
    assert cassette.unused[0] == "POST /threads"
    transport = AsyncCassetteTransport(cassette)
    async with AsyncClient("http://elsewhere", transport=transport, api_key=None) as client:
        assert await client.threads.create(metadata={"owner": "ada"}) == first
        stream = client.runs.stream(first.thread_id, "agent", stream_resumable=True)
        assert [part async for part in stream] == parts
    assert cassette.unused == []
    assert KEY not in path.read_text()


async def test_a_stream_that_was_dropped_and_resumed_is_replayed_so(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    script = [Event("values", {"n": 1}), Drop(reset=False), Event("values", {"n": 2})]
    with StreamServer(script) as server:
        transport = AsyncCassetteTransport(Cassette(path))
        async with AsyncClient(server.url, transport=transport, api_key=None) as client:
            stream = client.runs.stream(None, "agent", stream_resumable=True)
            recorded = [part async for part in stream]
    async with AsyncClient(
        "http://elsewhere", transport=AsyncCassetteTransport(Cassette(path)), api_key=None
    ) as client:
        stream = client.runs.stream(None, "agent", stream_resumable=True)
        assert [part async for part in stream] == recorded
    assert [part.data for part in recorded[1:]] == [{"n": 1}, {"n": 2}]


async def test_refusals_are_recorded_too(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    mock = AsyncMockTransport()
    mock.on("GET", "/threads/{id}", make_error(NotFoundError, "no such thread"))
    async with recording(path, mock) as client:
        with pytest.raises(NotFoundError):
            await client.threads.get("t")
    async with replaying(path) as client:
        with pytest.raises(NotFoundError, match="no such thread"):
            await client.threads.get("t")


SECRETS = ("lsv2_pt_0123456789abcdef", "eyJhbGciOiJIUzI1NiJ9", "cookie-0123456", "hunter2-hunter2")


async def test_no_secret_is_written_by_its_name_or_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    key, token, cookie, password = SECRETS
    mock = AsyncMockTransport()
    said = {"detail": f"the key {key} and the token {token} are unknown", "password": password}
    headers = {"set-cookie": f"session={cookie}; Path=/; HttpOnly", "x-request-id": "r1"}
    mock.on("POST", "/threads", Reply.json(said, 409, headers))
    events = Reply.events(Event("values", {"api_key": key, "said": f"Bearer {token}", "n": 1}))
    mock.on("POST", "/runs/stream", events)
    async with recording(path, mock, redact=["pin"]) as client:
        credentials = {"authorization": f"Bearer {token}"}
        with pytest.raises(ConflictError):
            await client.threads.create(
                metadata={"password": password, "PIN": "1234", "Api-Key": key, "safe": [key, "ok"]},
                headers=credentials,
                params={"access_token": token, "page": "2"},
            )
        _ = [part async for part in client.runs.stream(None, "agent", headers=credentials)]
    text = path.read_text()
    assert [secret for secret in SECRETS if secret in text] == []
    first, second = json.loads(text)["interactions"]
    metadata = first["request"]["body"]["json"]["metadata"]
    hidden = "<redacted>"
    assert metadata == {
        "password": hidden,
        "PIN": hidden,
        "Api-Key": hidden,
        "safe": [hidden, "ok"],
    }
    assert first["request"]["query"] == {"access_token": hidden, "page": "2"}
    assert first["response"]["headers"]["set-cookie"] == hidden
    assert first["response"]["headers"]["x-request-id"] == "r1"
    said = first["response"]["body"]["json"]
    assert said["detail"] == f"the key {hidden} and the token {hidden} are unknown"
    assert f'{{"api_key": "{hidden}", "said": "{hidden}", "n": 1}}' in str(second["response"])


async def test_a_request_is_found_whatever_the_secrets_are(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    mock = AsyncMockTransport()
    mock.on("POST", "/threads", make(Thread, thread_id="t1"))
    async with recording(path, mock) as client:
        await client.threads.create(metadata={"token": "one", "n": 1})
    async with replaying(path) as client:
        thread = await client.threads.create(metadata={"token": "another", "n": 1})
    assert thread.thread_id == "t1"


async def test_each_answer_is_given_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    mock = AsyncMockTransport()
    mock.on("GET", "/threads/{id}", make(Thread, status="busy"), make(Thread, status="idle"))
    async with recording(path, mock) as client:
        for _ in range(2):
            await client.threads.get("t")
    async with replaying(path) as client:
        assert [(await client.threads.get("t")).status for _ in range(2)] == ["busy", "idle"]
        with pytest.raises(CassetteError) as caught:
            await client.threads.get("t")
    assert (
        "no recorded answer is left for GET /threads/t, with another query or body, or given"
        in (caught.value.message)
    )
    assert "left: none. Record it again with mode='record'" in caught.value.message


async def test_a_request_that_was_not_recorded_is_an_error_that_lists_what_is_left(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cassette.json"
    mock = AsyncMockTransport()
    mock.on("GET", "/ok", {"ok": True})
    async with recording(path, mock) as client:
        await client.server.ok()
    async with replaying(path) as client:
        with pytest.raises(CassetteError, match="left for POST /threads; left: GET /ok"):
            await client.threads.create()
    assert mock.calls[0].path == "/ok"


async def test_recording_again_replaces_what_there_was(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    for answer in (True, False):
        mock = AsyncMockTransport()
        mock.on("GET", "/ok", {"ok": answer})
        async with recording(path, mock, mode="record") as client:
            await client.server.ok()
    async with replaying(path) as client:
        assert not (await client.server.ok()).ok


async def test_bodies_that_are_no_text_survive(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    mock = AsyncMockTransport()
    mock.on("GET", "/image", Reply([b"\xff\xd8\x00"], headers={"content-type": "image/jpeg"}))
    mock.on("GET", "/page", Reply([b"caf\xc3\xa9"], headers={"content-type": "text/plain"}))
    mock.on("DELETE", "/threads/{id}", None)
    for begun in (False, True):
        async with replaying(path) if begun else recording(path, mock) as client:
            assert await client.request("GET", "/image", output=bytes) == b"\xff\xd8\x00"
            assert await client.request("GET", "/page", output=bytes) == "café".encode()
            await client.threads.delete("t")
    assert len(mock.calls) == 3


def test_a_file_that_is_no_cassette_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cassette.json"
    with pytest.raises(CassetteError, match="there is no such cassette; mode='record' makes it"):
        Cassette(path, mode="replay")
    path.write_text("{")
    with pytest.raises(CassetteError, match="cannot be read as a cassette"):
        Cassette(path)
    path.write_text('{"version": 7, "interactions": []}')
    with pytest.raises(CassetteError, match="expected a cassette of version 1"):
        Cassette(path)
    with pytest.raises(InvalidArgumentError, match="mode: expected one of 'once', 'replay', 'rec"):
        Cassette(path, mode="always")  # type: ignore[arg-type]  # there is none
