"""On whose behalf in-process calls are made, on a server with rules of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.server.in_process.calling import COLOURS, Call, results

from graphwire import Client, get_sync_client
from graphwire.errors import GraphwireError, InternalServerError, NotFoundError


@pytest.fixture(scope="module")
def ada(deployment: str) -> Iterator[Client]:
    with get_sync_client(deployment, headers={"authorization": "Bearer ada-token"}) as client:
        yield client


def of(client: Client, name: str) -> Client:
    return client.with_options(headers={"authorization": f"Bearer {name}-token"})


@pytest.fixture(scope="module")
def thread_of_ada(ada: Client) -> str:
    return ada.threads.create().thread_id


@pytest.fixture(scope="module")
def found(ada: Client, thread_of_ada: str) -> dict[Call, Any]:
    tasks = [("owner", "ada"), ("owner_of_a_run", "bob"), ("owner_of_others", "ada")]
    tasks += [("read", "ada"), ("read", "bob")]
    calls = [Call(caller, *task) for caller in COLOURS for task in tasks]
    return results(ada, *calls, thread_id=thread_of_ada, user="zoe")


@pytest.mark.parametrize("caller", COLOURS)
def test_what_a_run_makes_belongs_to_the_user_of_the_run(
    found: dict[Call, Any], caller: str
) -> None:
    assert found[Call(caller, "owner", "ada")] == "ada"
    assert found[Call(caller, "owner_of_a_run", "bob")] == "bob"


@pytest.mark.parametrize("caller", COLOURS)
def test_a_run_sees_what_its_user_sees(
    found: dict[Call, Any], caller: str, thread_of_ada: str
) -> None:
    assert found[Call(caller, "read", "ada")] == thread_of_ada
    assert found[Call(caller, "read", "bob")].startswith("NotFoundError")


@pytest.mark.parametrize("caller", COLOURS)
def test_another_user_and_the_system_are_named(found: dict[Call, Any], caller: str) -> None:
    assert found[Call(caller, "owner_of_others", "ada")] == ["zoe", None]


def test_a_route_of_ones_own_is_nobody_unless_it_says_who(ada: Client) -> None:
    refused = ada.request("GET", "/custom/owner")
    assert refused.startswith("AuthenticationError: Who are you? [this in-process call")
    assert ada.request("GET", "/custom/owner", params={"as": "caller"}) == "ada"
    assert ada.request("GET", "/custom/owner", params={"as": "zoe"}) == "zoe"
    assert ada.request("GET", "/custom/owner", params={"as": "system"}) is None
    assert ada.request("GET", "/custom/forwarded") == "ada"


def test_a_route_that_is_called_in_process_is_told_who_calls(ada: Client) -> None:
    assert ada.request("GET", "/custom/who") == ["ada", ["write"]]
    assert ada.request("GET", "/custom/indirect") == ["dora", []]


def test_a_sync_call_never_blocks_the_loop_that_serves_it(ada: Client) -> None:
    assert "would block the event loop" in ada.request("GET", "/custom/blocking")
    assert ada.request("GET", "/custom/threaded") is True


def test_an_authenticator_may_ask_its_own_server(ada: Client) -> None:
    assert ada.request("GET", "/custom/remember") == "remembered"
    assert of(ada, "looked-up").request("GET", "/custom/who") == ["cyd", ["write"]]


def test_an_authenticator_that_asks_itself_without_end_is_stopped(ada: Client) -> None:
    with pytest.raises(InternalServerError):
        of(ada, "endless").with_options(retry=None).threads.count()


def test_the_door_for_calls_from_inside_is_closed_to_those_from_outside(
    ada: Client, deployment: str
) -> None:
    thread_id = ada.threads.create().thread_id
    with get_sync_client(deployment.removesuffix("/below"), retry=None) as outside:
        for path in (f"/noauth/threads/{thread_id}", f"/noauth/below/threads/{thread_id}"):
            with pytest.raises(NotFoundError):
                outside.request("GET", path)
        with pytest.raises(GraphwireError, match="Who are you"):
            outside.request("GET", f"/below/threads/{thread_id}")
