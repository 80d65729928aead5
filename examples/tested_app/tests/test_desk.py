"""The calling code without a server: what it sends, and what it makes of answers."""

from collections.abc import AsyncIterator

import pytest
from helpdesk import Desk, Pending

from graphwire import AsyncClient
from graphwire_core.errors import InternalServerError, NotFoundError
from graphwire_core.models import Interrupt, Thread
from graphwire_core.testing import AsyncMockTransport, make, make_error


@pytest.fixture
def mock() -> AsyncMockTransport:
    return AsyncMockTransport()


@pytest.fixture
async def desk(mock: AsyncMockTransport) -> AsyncIterator[Desk]:
    async with AsyncClient("http://mock", transport=mock, api_key=None, retry=None) as client:
        yield Desk(client)


async def test_a_conversation_belongs_to_its_customer(mock: AsyncMockTransport, desk: Desk) -> None:
    created = mock.on("POST", "/threads", make(Thread, thread_id="t1"))
    assert await desk.open("ada") == "t1"
    assert created.calls[0].json == {"metadata": {"customer": "ada"}}


async def test_what_waits_is_found_by_its_status(mock: AsyncMockTransport, desk: Desk) -> None:
    asked = {"task": [make(Interrupt, value={"question": "A refund?"})]}
    found = make(Thread, thread_id="t1", status="interrupted", interrupts=asked)
    search = mock.on("POST", "/threads/search", [found])
    assert await desk.pending() == [Pending("t1", "A refund?")]
    assert search.calls[0].json["status"] == "interrupted"


async def test_a_conversation_that_is_gone_has_no_answer(
    mock: AsyncMockTransport, desk: Desk
) -> None:
    mock.on("POST", "/threads/{thread_id}/runs/wait", make_error(NotFoundError))
    assert await desk.decide("gone", approved=True) is None


async def test_a_server_that_fails_is_told_to_the_caller(
    mock: AsyncMockTransport, desk: Desk
) -> None:
    mock.on("POST", "/threads/{thread_id}/runs/wait", make_error(InternalServerError))
    with pytest.raises(InternalServerError):
        await desk.decide("t1", approved=True)
