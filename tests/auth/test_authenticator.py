"""An authenticator gets what its parameters name, and whatever it raises refuses the caller."""

import logging
import threading
from typing import Any

import pytest
from starlette.requests import HTTPConnection, Request

from graphwire_auth import Auth, Connection, HTTPException, User
from graphwire_auth.exceptions import AuthError, ConfigurationError
from graphwire_auth.testing import authenticate

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/threads",
    "query_string": b"a=1&b=",
    "headers": [(b"authorization", b"bearer  tok en "), (b"x-one", b"1"), (b"x-one", b"2")],
}


async def asked(fn: Any, scope: dict[str, Any] = SCOPE) -> User:
    auth = Auth()
    auth.authenticate(fn)
    assert auth.authenticator is not None
    return await auth.authenticator.authenticate(scope)


async def test_parameters_are_filled_by_name_in_any_order() -> None:
    seen: dict[str, Any] = {}

    async def fn(
        method: str,
        path: str,
        authorization: str,
        headers: dict[bytes, bytes],
        query_params: dict[str, str],
        path_params: dict[str, str],
        scope: dict[str, Any],
        scopes: list[str],
        user: Any,
        connection: Connection,
        request: Request,
        extra: int = 5,
    ) -> str:
        seen.update(locals())
        return "ada"

    assert (await asked(fn)).identity == "ada"
    assert (seen["method"], seen["path"]) == ("POST", "/threads")
    assert seen["authorization"] == "bearer  tok en "
    assert seen["headers"][b"authorization"] == b"bearer  tok en "
    assert seen["query_params"] == {"a": "1", "b": ""}
    assert (seen["scopes"], seen["user"], seen["path_params"], seen["extra"]) == ([], None, {}, 5)
    assert seen["scope"] is SCOPE
    assert seen["connection"].bearer == "tok en"
    assert isinstance(seen["request"], Request)


async def test_a_websocket_handshake_is_judged_alike() -> None:
    scope = {"type": "websocket", "path": "/stream", "headers": [(b"authorization", b"Bearer t")]}

    async def fn(request: HTTPConnection, connection: Connection, method: str) -> str:
        assert not isinstance(request, Request)
        assert request.headers["authorization"] == "Bearer t"
        assert (connection.is_websocket, method) == (True, "GET")
        return connection.bearer or ""

    assert (await asked(fn, scope)).identity == "t"


async def test_a_sync_authenticator_runs_in_a_thread() -> None:
    threads: list[Any] = []

    def fn(path: str) -> str:
        threads.append(threading.current_thread())
        return "ada"

    assert (await asked(fn)).identity == "ada"
    assert threads[0] is not threading.main_thread()


class Callable:
    async def __call__(self, connection: Connection) -> tuple[list[str], str]:
        return ["read"], "ada" if connection.bearer else "nobody"


async def test_a_callable_object_is_an_authenticator() -> None:
    assert (await asked(Callable())).permissions == ("read",)


@pytest.mark.parametrize("nothing", [None, False])
async def test_a_caller_whom_nobody_knows_is_refused(nothing: Any) -> None:
    async def fn() -> Any:
        return nothing

    with pytest.raises(HTTPException) as caught:
        await asked(fn)
    assert (caught.value.status_code, caught.value.headers) == (401, {"WWW-Authenticate": "Bearer"})


async def test_a_faulty_authenticator_refuses_and_its_words_stay_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fn(authorization: str) -> str:
        raise KeyError(f"no user for {authorization}")

    with caplog.at_level(logging.DEBUG), pytest.raises(HTTPException) as caught:
        await asked(fn)
    assert (caught.value.status_code, caught.value.detail) == (500, "Internal Server Error")
    assert "the authenticator fn failed: KeyError" in caplog.text
    assert "tok en" not in caplog.text


async def test_a_faulty_user_is_explained_in_the_log_and_not_to_the_caller(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fn() -> dict[str, Any]:
        return {"identity": ""}

    with pytest.raises(HTTPException, match="500: Internal Server Error"):
        await asked(fn)
    assert "identity (string_too_short)" in caplog.text


@pytest.mark.parametrize("name", ["authorization", "x-api-key"])
async def test_a_credential_that_came_twice_is_refused(name: str) -> None:
    headers = [(name.encode(), b"one"), (name.encode(), b"two")]

    async def fn(connection: Connection) -> str:
        return "ada"

    with pytest.raises(HTTPException, match=f"400: Header {name} came twice"):
        await asked(fn, SCOPE | {"headers": headers})


def test_a_connection_shows_no_credentials() -> None:
    shown = repr(Connection.from_scope(SCOPE | {"query_string": b"token=hush"}))
    assert "tok en" not in shown
    assert "hush" not in shown


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer ", "bearertoken"])
def test_no_bearer_token_is_no_token(header: str) -> None:
    assert Connection("GET", "/", {"authorization": header}).bearer is None


async def test_authenticate_calls_without_a_server_and_lets_mistakes_through() -> None:
    auth = Auth()
    with pytest.raises(ConfigurationError, match="no authenticator"):
        await authenticate(auth)

    @auth.authenticate
    async def fn(connection: Connection) -> str:
        assert connection.method == ("GET" if connection.is_websocket else "PUT")
        return connection.headers["x-user"]

    assert (await authenticate(auth, headers={"X-User": "ada"}, method="PUT")).identity == "ada"
    assert (await authenticate(auth, headers={"X-User": "a"}, websocket=True)).identity == "a"
    with pytest.raises(KeyError):
        await authenticate(auth, method="PUT")
    with pytest.raises(AuthError):
        await authenticate(auth, headers={"X-User": ""}, method="PUT")
