"""On whose behalf an in-process call is made, and by which door it enters."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel
from tests.core.in_process.fake import FakeServer

from graphwire import get_client
from graphwire.errors import AuthenticationError, InvalidArgumentError, NestedCallError


class Member(BaseModel):
    identity: str
    permissions: list[str] = []


def entered(inside: FakeServer) -> tuple[Any, Any, Any]:
    call = inside.calls[-1]
    return call["root_path"], call["path"], call["as"]


async def test_without_authentication_everybody_is_nobody(inside: FakeServer) -> None:
    inside.configure(prefix="/below")
    inside.start()
    await get_client().request("GET", "/here")
    assert entered(inside) == ("/noauth", "/here", None)


async def test_inside_a_run_the_call_is_its_users(inside: FakeServer) -> None:
    inside.configure(auth={"path": "auth.py:auth"}, prefix="/below")
    inside.start()
    inside.on_behalf_of("ada")
    await get_client().request("GET", "/here")
    assert entered(inside) == ("/noauth", "/here", "ada")
    assert inside.calls[-1]["permissions"] == ["write"]
    assert inside.calls[-1]["user"].identity == "ada"
    assert inside.auth.get().user.identity == "ada"


@pytest.mark.parametrize("settings", [{"auth": {"path": "auth.py:auth"}}, {"kind": "langsmith"}])
async def test_outside_of_a_run_the_call_is_one_from_outside(
    inside: FakeServer, settings: dict[str, Any]
) -> None:
    inside.configure(**settings, prefix="/below")
    inside.start()
    inside.answer = (200, {})
    await get_client(headers={"authorization": "Bearer mine"}).request("GET", "/here")
    assert entered(inside) == ("", "/below/here", None)
    assert (b"authorization", b"Bearer mine") in inside.calls[-1]["headers"]
    assert "user" not in inside.calls[-1]


async def test_a_call_on_nobodys_behalf_that_is_refused_says_what_to_do(
    inside: FakeServer,
) -> None:
    inside.configure(auth={"path": "auth.py:auth"})
    inside.start()
    inside.answer = (401, {"detail": "Who are you?"})
    with pytest.raises(AuthenticationError) as caught:
        await get_client().threads.count()
    assert caught.value.message.startswith("Who are you? [this in-process call")
    assert "acting_as(user)" in str(caught.value)
    assert caught.value.status_code == 401
    with pytest.raises(AuthenticationError) as caught:
        await get_client(api_key="a-wr0ng-key").threads.count()
    assert caught.value.message == "Who are you?"


@pytest.mark.parametrize(
    ("user", "identity", "permissions"),
    [
        ("bob", "bob", []),
        ({"identity": "bob", "permissions": ["read"]}, "bob", ["read"]),
        (Member(identity="bob", permissions=["read"]), "bob", ["read"]),
        (SimpleNamespace(identity="bob"), "bob", []),
    ],
)
async def test_a_client_acts_as_the_user_that_is_named(
    inside: FakeServer, user: Any, identity: str, permissions: list[str]
) -> None:
    inside.configure(auth={"path": "auth.py:auth"})
    inside.start()
    inside.on_behalf_of("ada")
    client = get_client()
    acting = client.acting_as(user)
    await acting.with_options(headers={"x-a": "1"}).request("GET", "/here")
    assert entered(inside) == ("/noauth", "/here", identity)
    assert inside.calls[-1]["permissions"] == permissions
    await client.request("GET", "/here")
    assert entered(inside)[2] == "ada"
    assert f"as {identity!r}" in repr(acting)


async def test_permissions_that_are_given_win(inside: FakeServer) -> None:
    inside.start()
    user = {"identity": "bob", "permissions": ["read"]}
    await get_client().acting_as(user, permissions=("write",)).request("GET", "/")
    assert inside.calls[-1]["permissions"] == ["write"]


async def test_the_system_is_asked_for_by_name(inside: FakeServer) -> None:
    inside.configure(auth={"path": "auth.py:auth"})
    inside.start()
    inside.on_behalf_of("ada")
    system = get_client().acting_as("bob").as_system()
    await system.request("GET", "/here")
    assert entered(inside) == ("/noauth", "/here", None)
    assert repr(system).endswith("over in_process as the system>")


@pytest.mark.parametrize(
    ("user", "got"),
    [("", "got str"), (None, "got NoneType"), ({"name": "bob"}, "got dict"), (Member, "got Model")],
)
def test_a_user_without_identity_is_refused(inside: FakeServer, user: Any, got: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"user: expected an identity.*{got}"):
        get_client().acting_as(user)


@pytest.mark.parametrize("permissions", ["admin", [1]])
def test_permissions_that_are_no_list_of_text_are_refused(
    inside: FakeServer, permissions: Any
) -> None:
    with pytest.raises(InvalidArgumentError, match="permissions: expected a list of text"):
        get_client().acting_as("bob", permissions=permissions)


async def test_a_server_that_asks_itself_without_end_is_stopped(
    inside: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.configure(auth={"path": "auth.py:auth"})
    client = get_client(retry=None)
    errors = []

    async def asking(scope: Any, receive: Any, send: Any) -> None:
        try:
            await client.request("GET", "/")
        except NestedCallError as error:
            errors.append(error)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    monkeypatch.setattr(inside, "app", asking)
    inside.start()
    await client.request("GET", "/")
    assert len(errors) == 1
    assert "nested 16 deep" in str(errors[0])
    assert "as_system()" in str(errors[0])
