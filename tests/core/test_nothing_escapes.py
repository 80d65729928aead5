"""Every public call under every fault of the network: only errors of this SDK come out."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from operator import attrgetter
from typing import Any

import pytest
from tests.core.faults import FAULTS, KINDS, OTHERS, connecting, faulty_servers, resolved
from tests.core.requests_table import TABLE, Row

from graphwire import AsyncClient, Client, Timeout
from graphwire_core.errors import (
    APIStatusError,
    ConnectionFailed,
    GraphwireError,
    InternalServerError,
    RequestTimeout,
    ResponseValidationError,
    StreamProtocolError,
    TransportError,
)
from graphwire_stream import RunCursor

ALWAYS_FAILS: dict[str, Any] = dict.fromkeys(list(FAULTS)[:10], TransportError) | {
    "silent": RequestTimeout,
    "a redirect": (ResponseValidationError, StreamProtocolError),
    "500": InternalServerError,
    "502 in HTML": InternalServerError,
    "422 of another form": APIStatusError,
    "an unknown status": APIStatusError,
    "nobody": ConnectionFailed,
    "no TLS": ConnectionFailed,
    "an unknown host": ConnectionFailed,
    "a proxy that hangs up": TransportError,
}
CALLS = {row.call: row for row in reversed(TABLE)}
"""One row per public method."""

Outcomes = dict[str, Exception | None]


def arguments(row: Row, url: str) -> list[Any]:
    """Return the arguments of a call, a cursor as one of the server that is called."""
    here = {"server": url}
    return [
        one.model_copy(update=here) if isinstance(one, RunCursor) else one for one in row.arguments
    ]


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, dict[str, Any]]]:
    with faulty_servers() as options:
        yield options


PLAIN = {"timeout": Timeout(10, 10, 10, 10), "retry": None, "api_key": None}


def outcomes_sync(options: dict[str, Any]) -> Outcomes:
    def call(client: Client, row: Row) -> Exception | None:
        try:
            result = attrgetter(row.call)(client)(*arguments(row, options["url"]), **row.keywords)
            if hasattr(result, "__next__"):
                list(result)
        except Exception as error:  # noqa: BLE001  # which one is what the test is about
            return error
        return None

    with Client(**options) as client, options.get("http_client") or nullcontext():
        return {name: call(client, row) for name, row in CALLS.items()}


def outcomes_async(options: dict[str, Any]) -> Outcomes:
    async def call(client: AsyncClient, row: Row) -> Exception | None:
        try:
            result = attrgetter(row.call)(client)(*arguments(row, options["url"]), **row.keywords)
            if hasattr(result, "__await__"):
                result = await result
            if hasattr(result, "__anext__"):
                _ = [part async for part in result]
        except Exception as error:  # noqa: BLE001  # which one is what the test is about
            return error
        return None

    async def main() -> Outcomes:
        async with AsyncClient(**options) as client, options.get("http_client") or nullcontext():
            return {name: await call(client, row) for name, row in CALLS.items()}

    return asyncio.run(main())


@pytest.mark.parametrize("fault", [*FAULTS, *OTHERS])
@pytest.mark.parametrize(("colour", "transport"), KINDS)
def test_only_errors_of_this_sdk_come_out_of_any_call(
    servers: dict[str, dict[str, Any]],
    colour: str,
    transport: str,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = connecting(colour, transport, {**PLAIN, **servers[fault]})
    pause = asyncio.sleep
    monkeypatch.setattr("asyncio.sleep", lambda _: pause(0))  # what resumes a run waits long
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("socket.getaddrinfo", resolved)  # a real one may take long to say no
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        outcomes = (outcomes_sync if colour == "sync" else outcomes_async)(options)
    escaped = {
        name: error
        for name, error in outcomes.items()
        if error is not None and not isinstance(error, GraphwireError)
    }
    assert escaped == {}
    assert len(outcomes) > 40
    if fault in ALWAYS_FAILS:
        kind = ALWAYS_FAILS[fault]
        other = {name: e for name, e in outcomes.items() if not isinstance(e, kind)}
        assert other == {}
    for error in filter(None, outcomes.values()):
        assert isinstance(error, GraphwireError)
        assert error.method is not None
        if fault == "a redirect":
            assert "redirect to http://elsewhere.test/" in error.message
