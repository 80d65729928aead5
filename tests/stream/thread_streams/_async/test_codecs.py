"""A client that seals what it sends: the server and its graphs see ciphertext, the caller none."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from tests.stream.thread_streams._async.opening import all_of

from graphwire import AsyncClient, get_client
from graphwire_core.testing import DevServer
from graphwire_encryption.aesgcm import Key, KeyRing, LocalKeys
from graphwire_encryption.client import MARK, ClientEncryption


@pytest.fixture
async def sealed(server: DevServer) -> AsyncIterator[AsyncClient]:
    """A client that encrypts."""
    keys = LocalKeys(KeyRing([Key.generate("k1")]))
    async with get_client(server.url, plugins=[ClientEncryption(keys)]) as client:
        yield client


async def test_states_come_back_in_clear(
    sealed: AsyncClient, client: AsyncClient, transport: str
) -> None:
    payload = {"text": "hello", "n": [1, 2]}
    async with sealed.threads.stream(
        assistant_id="echo", transport=transport, timeout=60
    ) as thread:
        given = {"configurable": {"tenant": "acme"}, "tags": ["blue"]}
        await thread.run.start(input={"payload": payload}, config=given, metadata={"owner": "ada"})
        states = await all_of(thread.values)
        output = await thread.output
        [run] = await sealed.runs.list(thread.thread_id)
        kept = (await client.threads.get_state(thread.thread_id)).values

    assert states[-1]["received"] == output["received"] == payload
    assert output["seen_config"]["configurable"]["tenant"] == "acme"
    assert output["seen_config"]["tags"] == ["blue"]
    assert run.metadata["owner"] == "ada"
    assert kept["received"].startswith(MARK)
    assert "hello" not in json.dumps(kept)


async def test_questions_and_answers_come_back_in_clear(
    sealed: AsyncClient, client: AsyncClient, transport: str
) -> None:
    async with sealed.threads.stream(
        assistant_id="interrupting", transport=transport, timeout=60
    ) as thread:
        await thread.run.start(input={"topic": "tea"})
        assert await thread.output == {"topic": "tea"}
        assert [one.value["topic"] for one in thread.interrupts] == ["tea"]
        async with sealed.threads.stream(thread.thread_id, assistant_id="interrupting") as other:
            assert [one.value["topic"] for one in await other.records.interrupts()] == ["tea"]

        await thread.run.respond({"word": "yes"}, update={"topic": "coffee"})
        output = await thread.output
        kept = (await client.threads.get_state(thread.thread_id)).values

    assert output == {"topic": "coffee", "answer": {"word": "yes"}}
    assert "yes" not in json.dumps(kept)
    assert "coffee" not in json.dumps(kept)
