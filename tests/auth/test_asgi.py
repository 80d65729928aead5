"""The same authenticator and rules in other ASGI applications."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from graphwire_auth import Auth, AuthContext, F, Filter, HTTPException, User
from graphwire_auth.asgi import AuthMiddleware, authorize, permit
from graphwire_auth.exceptions import ConfigurationError, RegistrationError
from graphwire_auth.types import ThreadsCreate

NOTES = {"1": {"owner": "ada", "text": "mine"}, "2": {"owner": "bob", "text": "his"}}
AS_ADA = {"Authorization": "Bearer ada"}


class Member(User):
    team: str


def rules() -> Auth:
    auth = Auth(user_model=Member)

    @auth.authenticate
    async def authenticate(authorization: str | None) -> Any:
        name = (authorization or "").removeprefix("Bearer ")
        if name == "greedy":
            raise HTTPException(429, "Slow down", headers={"Retry-After": "7"})
        if name == "broken":
            raise RuntimeError("broken")
        return Member(identity=name, team="red", permissions=("read",)) if name else None

    @auth.on.threads
    async def own(ctx: AuthContext[Member], value: dict[str, Any]) -> Filter | None:
        assert ctx.user.team == "red"
        return F("owner") == ctx.user.identity

    @auth.on.threads.create
    async def stamp(ctx: AuthContext[Member], value: ThreadsCreate) -> None:
        assert value.metadata is not None
        value.metadata["owner"] = ctx.user.identity

    @auth.on.threads.delete
    async def nobody(ctx: AuthContext[Member], value: dict[str, Any]) -> bool:
        return False

    return auth


def client(*routes: Any, outside: bool = False, **options: Any) -> TestClient:
    auth = rules()
    if outside:
        wrapped = AuthMiddleware(Starlette(routes=routes), auth=auth, **options)
        return TestClient(wrapped, raise_server_exceptions=False)
    middleware = [Middleware(AuthMiddleware, auth=auth, **options)]
    return TestClient(
        Starlette(routes=routes, middleware=middleware), raise_server_exceptions=False
    )


async def who(request: Request) -> Response:
    return JSONResponse([request.user.identity, request.user.team, list(request.auth.scopes)])


@pytest.mark.parametrize("outside", [False, True])
def test_a_known_caller_comes_in_as_the_applications_user(outside: bool) -> None:  # noqa: FBT001
    found = client(Route("/who", who), outside=outside).get("/who", headers=AS_ADA)
    assert found.json() == ["ada", "red", ["read"]]


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize(
    ("header", "status", "headers"),
    [
        ("", 401, {"www-authenticate": "Bearer"}),
        ("Bearer greedy", 429, {"retry-after": "7"}),
        ("Bearer broken", 500, {}),
    ],
)
def test_a_refusal_has_status_and_headers_over_http_and_websocket(
    outside: Any, header: str, status: int, headers: dict[str, str]
) -> None:
    app = client(Route("/who", who), WebSocketRoute("/ws", echo), outside=outside)
    sent = {"Authorization": header} if header else {}
    response = app.get("/who", headers=sent)
    assert response.status_code == status
    assert headers.items() <= dict(response.headers).items()
    with (
        pytest.raises(WebSocketDenialResponse) as caught,
        app.websocket_connect("/ws", headers=sent),
    ):
        raise AssertionError("it was accepted")
    denied: Any = caught.value
    assert denied.status_code == status
    assert headers.items() <= dict(denied.headers).items()


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.user.identity)
    await websocket.close()


def test_a_websocket_carries_its_caller() -> None:
    app = client(WebSocketRoute("/ws", echo))
    with app.websocket_connect("/ws", headers=AS_ADA) as socket:
        assert socket.receive_text() == "ada"


def test_public_paths_ask_nobody_and_only_they() -> None:
    async def health(request: Request) -> Response:
        return Response("ok")

    app = client(Route("/health", health), Route("/healthy", health), public=["/health"])
    assert app.get("/health").text == "ok"
    assert app.get("/healthy").status_code == 401
    assert app.get("/health/").status_code == 401


def test_starlettes_own_permissions_work() -> None:
    @requires("write")
    async def write(request: Request) -> Response:
        return Response("written")

    @requires("read")
    async def read(request: Request) -> Response:
        return Response("read")

    app = client(Route("/write", write), Route("/read", read))
    assert app.get("/write", headers=AS_ADA).status_code == 403
    assert app.get("/read", headers=AS_ADA).text == "read"


async def note(request: Request) -> Response:
    key = request.path_params["key"]
    assert permit(request).value == {"key": key}
    found = NOTES[key]
    if not permit(request).matches(found):
        return JSONResponse({"detail": "Not Found"}, 404)
    return JSONResponse(found["text"])


async def careless(request: Request) -> Response:
    return JSONResponse(NOTES[request.path_params["thread_id"]]["text"])


def test_a_rule_decides_a_route_and_its_filter_is_the_routes_to_apply() -> None:
    app = client(Route("/notes/{key}", note), rules={"GET /notes/{key}": "threads.read"})
    assert app.get("/notes/1", headers=AS_ADA).json() == "mine"
    assert app.get("/notes/2", headers=AS_ADA).status_code == 404
    assert app.get("/notes/1/2", headers=AS_ADA).status_code == 403


def test_the_parameters_of_a_path_are_the_value_of_the_rule() -> None:
    app = client(
        Route("/make/{thread_id}", note), rules={"GET /make/{thread_id}": "threads.create"}
    )
    refused = app.get("/make/1", headers=AS_ADA)
    assert refused.status_code == 422
    assert refused.json() == {"detail": "threads.create: unexpected value of thread_id"}


@pytest.mark.parametrize("outside", [False, True])
def test_a_filter_that_nobody_looked_at_lets_nothing_out(outside: Any) -> None:
    app = client(
        Route("/notes/{thread_id}", careless),
        Route("/ask", asks_and_forgets),
        outside=outside,
        rules={"GET /notes/{key}": "threads.read", "GET /ask": "threads.search"},
    )
    for path in ("/notes/2", "/ask"):
        response = app.get(path, headers=AS_ADA)
        assert (response.status_code, response.json()) == (500, {"detail": "Internal Server Error"})
        assert "his" not in response.text


async def asks_and_forgets(request: Request) -> Response:
    await authorize(request, "threads", "search")
    return JSONResponse([each["text"] for each in NOTES.values()])


def test_a_websocket_that_sends_unfiltered_is_closed() -> None:
    async def tell(websocket: WebSocket) -> None:
        await websocket.accept()
        await authorize(websocket, "threads", "search")
        await websocket.send_text("his")

    app = client(WebSocketRoute("/ws", tell))
    with app.websocket_connect("/ws", headers=AS_ADA) as socket:
        assert socket.receive() == {
            "type": "websocket.close",
            "code": 1011,
            "reason": "Internal Server Error",
        }


def test_with_rules_a_route_without_one_is_refused() -> None:
    app = client(Route("/who", who, methods=["GET", "POST"]), rules={"GET /who": "crons.read"})
    assert app.post("/who", headers=AS_ADA).json() == {
        "detail": "Forbidden: no rule covers this route"
    }
    for path in ("/who/", "/whoever", "/x/who", "/WHO"):
        refused = app.get(path, headers=AS_ADA, follow_redirects=False)
        assert refused.json() == {"detail": "Forbidden: no rule covers this route"}
    uncovered = app.get("/who", headers=AS_ADA)
    assert uncovered.json() == {"detail": "Forbidden: no rule covers crons.read"}


@pytest.mark.parametrize("outside", [False, True])
def test_a_route_asks_the_rules_itself(outside: Any) -> None:
    async def create(request: Request) -> Response:
        allowed = await authorize(request, "threads", "create", {"metadata": {"owner": "bob"}})
        return JSONResponse(allowed.value)

    async def delete(request: Request) -> Response:
        await authorize(request.scope, "threads", "delete")
        raise AssertionError("it was allowed")

    app = client(
        Route("/notes", create, methods=["POST"]),
        Route("/notes", delete, methods=["DELETE"]),
        outside=outside,
    )
    assert app.post("/notes", headers=AS_ADA).json() == {"metadata": {"owner": "ada"}}
    assert app.delete("/notes", headers=AS_ADA).status_code == 403


@pytest.mark.parametrize(
    "ask",
    [
        lambda request: authorize(request, "threads", "*"),
        lambda request: authorize(request, "notes", "read"),
    ],
)
async def test_asking_about_an_unknown_call_is_a_mistake(ask: Callable[[Any], Any]) -> None:
    found: list[Exception] = []

    async def route(request: Request) -> Response:
        with pytest.raises((ConfigurationError, RegistrationError)) as caught:
            await ask(request)
        found.append(caught.value)
        return Response("asked")

    assert client(Route("/", route)).get("/", headers=AS_ADA).text == "asked"
    assert found


async def test_without_the_middleware_there_is_nobody_to_ask() -> None:
    scope: dict[str, Any] = {"type": "http", "user": "eve"}
    with pytest.raises(ConfigurationError, match="did not come through AuthMiddleware"):
        await authorize(scope, "threads", "read")
    with pytest.raises(ConfigurationError, match="did not come through AuthMiddleware"):
        permit(Request(scope))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"auth": Auth()}, "no authenticator"),
        ({"public": "/health"}, "expected a list of paths"),
        ({"rules": {"/who": "threads.read"}}, "expected 'METHOD /path'"),
        ({"rules": {"get /who": "threads.read"}}, "expected 'METHOD /path'"),
        ({"rules": {"GET /who": "threads"}}, r"expected 'resource\.action'"),
        ({"rules": {"GET /who": "threads.*"}}, r"expected 'resource\.action'"),
        ({"rules": {"GET /who": "notes.read"}}, "'notes' is not a resource"),
        ({"rules": {"GET /{a}/{a}": "threads.read"}}, "malformed"),
        ({"rules": {"GET /{a:path}": "threads.read"}}, "malformed"),
    ],
)
def test_options_are_checked(options: Any, message: str) -> None:
    with pytest.raises((ConfigurationError, RegistrationError), match=message):
        AuthMiddleware(Starlette(), **{"auth": rules(), **options})


async def test_a_lifespan_passes_through() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    middleware = AuthMiddleware(app, auth=rules())
    scope: Any = {"type": "lifespan"}
    await middleware(scope, None, None)  # type: ignore[arg-type]  # neither is used
    assert seen == [scope]


def test_a_stamp_that_nobody_took_over_lets_nothing_out() -> None:
    async def create(request: Request) -> Response:
        allowed = await authorize(request, "threads", "create", {"metadata": {}})
        assert allowed.filter is None
        return Response("stored without its owner")

    response = client(Route("/notes", create)).get("/notes", headers=AS_ADA)
    assert (response.status_code, response.json()) == (500, {"detail": "Internal Server Error"})
