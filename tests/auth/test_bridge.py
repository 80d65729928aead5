"""What the server takes for its own, in either form."""

import subprocess
import sys
import types
from typing import Any

import langgraph_sdk
import pytest
from starlette.exceptions import HTTPException as StarletteException

from graphwire_auth import Auth, HTTPException, User
from graphwire_auth.exceptions import ConfigurationError, MissingPackageError, RegistrationError
from graphwire_auth.testing import authenticate, check


@pytest.fixture
def in_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look, to this package, like the process of a LangGraph server."""
    monkeypatch.setitem(sys.modules, "langgraph_api", types.ModuleType("langgraph_api"))


class OwnAuth(Auth):
    """A subclass, as an application may have."""


def filled(auth: Auth) -> Auth:
    @auth.authenticate
    async def authenticate(authorization: str) -> str:
        if authorization == "none":
            raise HTTPException(429, "later", headers={"Retry-After": "1"})
        return authorization

    @auth.on.threads
    async def threads(ctx: Any, value: Any) -> Any:
        return {"owner": ctx.user.identity}

    @auth.on.store.put
    async def put(ctx: Any, value: Any) -> bool:
        return False

    return auth


def test_outside_a_server_auth_is_nothing_but_itself() -> None:
    assert type(Auth()) is Auth
    assert not isinstance(Auth(), langgraph_sdk.Auth)


@pytest.mark.parametrize("kind", [Auth, OwnAuth])
def test_inside_a_server_auth_is_both(in_server: None, kind: type[Auth]) -> None:
    auth = kind(uncovered="allow")
    assert isinstance(auth, kind)
    assert isinstance(auth, langgraph_sdk.Auth)
    assert type(kind()) is type(auth), "one class, made once"
    assert type(auth).__name__ == kind.__name__
    assert auth.policy.uncovered == "allow"
    filled(auth)
    assert "rules=2" in repr(auth)


def handlers(auth: Any) -> tuple[set[tuple[str, str]], int, bool]:
    keys = set(auth._handlers)
    return keys, len(auth._global_handlers), auth._authenticate_handler is not None


async def nobody(ctx: Any, value: Any) -> bool:
    return False


KEYS = {("threads", "*"), ("store", "put")}


def test_either_form_holds_the_handlers_where_the_server_looks(in_server: None) -> None:
    for uncovered, everything in (("deny", 1), ("allow", 0)):
        options: Any = {"uncovered": uncovered}
        assert handlers(filled(Auth(**options))) == (KEYS, everything, True)
        assert handlers(filled(Auth(**options)).to_langgraph()) == (KEYS, everything, True)


def test_the_explicit_form_is_the_plain_class_and_closes_the_original() -> None:
    auth = filled(Auth())
    made = auth.to_langgraph()
    assert type(made) is langgraph_sdk.Auth
    with pytest.raises(RegistrationError, match=r"registered too late: to_langgraph\(\)"):
        filled(auth)
    with pytest.raises(RegistrationError, match="registered too late"):
        auth.on.crons(nobody)
    assert handlers(auth.to_langgraph()) == handlers(made), "it may be made again"


def test_the_explicit_form_needs_an_authenticator_and_the_servers_sdk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigurationError, match="no authenticator"):
        Auth().to_langgraph()
    monkeypatch.setitem(sys.modules, "langgraph_sdk", None)
    with pytest.raises(MissingPackageError, match="langgraph-sdk"):
        filled(Auth()).to_langgraph()


def context(user: Any, **changes: Any) -> Any:
    facts = {"user": user, "permissions": [], "resource": "threads", "action": "read"} | changes
    return langgraph_sdk.Auth.types.AuthContext(**facts)


async def test_what_the_server_calls_decides_and_refuses_in_its_own_terms() -> None:
    made = filled(Auth()).to_langgraph()
    user = await made._authenticate_handler({"type": "http", "path": "/", "headers": HEADERS})
    assert type(user) is User
    rule = made._handlers["threads", "*"][-1]
    assert await rule(ctx=context(user), value={}) == {"owner": "ada"}
    with pytest.raises(StarletteException) as caught:
        await made._global_handlers[-1](ctx=context(user, resource="crons"), value={})
    assert caught.value.status_code == 403
    with pytest.raises(StarletteException) as caught:
        await made._authenticate_handler({"type": "http", "path": "/", "headers": REFUSED})
    assert (caught.value.status_code, caught.value.headers) == (429, {"Retry-After": "1"})


HEADERS, REFUSED = ([(b"authorization", name)] for name in (b"ada", b"none"))


async def test_a_user_that_does_not_fit_any_more_is_refused() -> None:
    class Member(User):
        org: str

    auth = Auth(user_model=Member)
    filled(auth)
    rule = auth.to_langgraph()._handlers["threads", "*"][-1]
    with pytest.raises(StarletteException) as caught:
        await rule(ctx=context(User(identity="from before the upgrade")), value={})
    assert caught.value.status_code == 500


@pytest.mark.parametrize(
    "error",
    [
        StarletteException(429, "later", headers={"Retry-After": "3"}),
        langgraph_sdk.Auth.exceptions.HTTPException(
            status_code=429, detail="later", headers={"Retry-After": "3"}
        ),
    ],
)
async def test_refusals_of_other_libraries_refuse_alike(error: Exception) -> None:
    auth = Auth()

    @auth.authenticate
    async def fn() -> str:
        raise error

    assert auth.authenticator is not None
    with pytest.raises(HTTPException) as caught:
        await auth.authenticator.authenticate({"type": "http", "path": "/", "headers": []})
    assert (caught.value.status_code, caught.value.detail) == (429, "later")
    assert caught.value.headers == {"Retry-After": "3"}
    with pytest.raises(HTTPException, match="429: later"):
        await authenticate(auth)

    @auth.on
    async def rule(ctx: Any, value: Any) -> None:
        raise error

    decision = await check(auth, user="ada", resource="threads", action="read")
    assert (decision.status, decision.headers) == (429, {"Retry-After": "3"})


async def test_a_foreign_exception_that_refuses_nothing_is_a_500() -> None:
    auth = Auth()

    @auth.authenticate
    async def fn() -> str:
        raise StarletteException(204)

    assert auth.authenticator is not None
    with pytest.raises(HTTPException, match="500"):
        await auth.authenticator.authenticate({"type": "http", "path": "/", "headers": []})


def test_the_server_itself_finds_the_gaps_that_coverage_finds(tmp_path: Any) -> None:
    code = """
import langgraph_api.auth.custom as server
from graphwire_auth import Auth
from graphwire_auth.testing import coverage
for uncovered in ("allow", "deny"):
    auth = Auth(uncovered=uncovered)
    assert len(server._missing_handler_paths(auth)) == len(coverage(auth).uncovered) == 21
    @auth.on.threads
    async def rule(ctx, value): ...
    missing = {".".join(path) for path in server._missing_handler_paths(auth)}
    assert missing == (set(coverage(auth).uncovered) if uncovered == "allow" else set()), missing
print("same")
"""
    environ = {"DATABASE_URI": ":memory:", "REDIS_URI": "fake", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
        env=environ,
    )
    assert done.stdout.strip().endswith("same"), done.stderr
