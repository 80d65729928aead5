"""Opaque tokens: the provider decides, and whatever it fails to say lets nobody in."""

import base64
import json
import logging
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr
from tests.auth.provider import carrying, provider

from graphwire_auth import HTTPException
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.introspection import TokenIntrospection

ACTIVE = {"active": True, "sub": "ada", "scope": "read write", "aud": "agents", "iss": "id"}


class Endpoint:
    def __init__(self, **claims: Any) -> None:
        self.answer: Any = ACTIVE | claims
        self.calls = 0

    def __call__(self, *_: Any) -> bytes:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def introspection(fetch: Any = None, **options: Any) -> TokenIntrospection:
    given: dict[str, Any] = {
        "client_id": "me",
        "client_secret": "hush-hush",
        "fetch": fetch or Endpoint(),
    }
    return TokenIntrospection(**{"url": "https://id/introspect"} | given | options)


async def refused(scheme: TokenIntrospection, status: int = 401) -> HTTPException:
    with pytest.raises(HTTPException) as caught:
        await scheme(carrying("opaque-token"))
    assert caught.value.status_code == status
    return caught.value


async def test_an_active_token_names_its_user() -> None:
    scheme = introspection(Endpoint(org="acme"), audience="agents", issuer="id", claims=["org"])
    user = await scheme(carrying("opaque-token"))
    assert (user.identity, user.permissions, user["org"]) == ("ada", ("read", "write"), "acme")
    assert await scheme.identify(carrying()) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"active": False},
        {"exp": 1000},
        {"exp": "later"},
        {"exp": True},
        {"exp": float("inf")},
        {"nbf": 1001},
        {"nbf": "earlier"},
        {"aud": "billing"},
        {"aud": ["billing"]},
        {"aud": None},
        {"iss": "other"},
        {"sub": None},
        {"sub": 5},
        {"scope": 5},
    ],
    ids=str,
)
async def test_a_token_that_is_not_good_is_a_401(claims: Any) -> None:
    scheme = introspection(Endpoint(**claims), audience="agents", issuer="id", clock=Clock())
    error = await refused(scheme)
    assert error.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"nope", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000),
        *({"active": "true"}, {"active": 1}, {"sub": "ada"}, RuntimeError("opaque-token")),
    ],
    ids=range(11),
)
async def test_an_answer_that_is_none_is_a_503(answer: Any, caplog: Any) -> None:
    endpoint = Endpoint()
    endpoint.answer = answer
    with caplog.at_level(logging.DEBUG):
        error = await refused(introspection(endpoint), 503)
    assert error.headers == {"Retry-After": "5"}
    assert "opaque-token" not in caplog.text


async def test_a_good_answer_is_kept_a_while_and_no_longer_than_the_token_lives() -> None:
    endpoint, clock = Endpoint(exp=1050), Clock()
    scheme = introspection(endpoint, cache=30, clock=clock)
    for now, calls in ((1000, 1), (1029, 1), (1031, 2), (1049, 2)):
        clock.now = now
        await scheme(carrying("opaque-token"))
        assert endpoint.calls == calls
    clock.now = 1050
    await refused(scheme)
    await refused(scheme)
    assert endpoint.calls == 4, "a refusal is not kept"


async def test_only_so_many_answers_are_kept_and_only_as_hashes() -> None:
    endpoint = Endpoint()
    scheme = introspection(endpoint, max_cached=2)
    for name in ("a", "b", "c", "c", "a"):
        await scheme(carrying(f"opaque-token-{name}"))
    assert endpoint.calls == 4
    assert "opaque-token" not in repr(vars(scheme))
    uncached = introspection(endpoint, cache=0)
    await uncached(carrying("opaque-token"))
    await uncached(carrying("opaque-token"))
    assert endpoint.calls == 6


async def test_a_malformed_or_huge_token_is_never_sent() -> None:
    endpoint = Endpoint()
    for text in ("x" * 10_000, "a b", "a\0b", "\xe9"):
        with pytest.raises(HTTPException, match="401"):
            await introspection(endpoint)(carrying(text))
    assert endpoint.calls == 0


async def test_a_real_provider_is_asked_as_the_standard_says() -> None:
    with provider() as found:
        found.says(ACTIVE)
        scheme = TokenIntrospection(found.url, client_id="m e", client_secret=SecretStr("h:sh"))
        assert (await scheme(carrying("opaque+token&x"))).identity == "ada"
        method, headers, body = found.requests[0]
        assert method == "POST"
        assert parse_qs(body.decode())["token"] == ["opaque+token&x"]
        basic = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
        assert basic == "m+e:h%3Ash"
        for status in (302, 401, 403, 500):
            found.says(ACTIVE, status, location=found.url)
            await refused(scheme, 503)
        found.stalls = True
        await refused(introspection(url=found.url, timeout=0.2, fetch=real_fetch()), 503)
    await refused(scheme, 503)


def real_fetch() -> Any:
    from graphwire_auth._fetch import fetch

    return fetch


@pytest.mark.parametrize(
    "options",
    [
        {"client_id": ""},
        {"client_secret": ""},
        {"url": "http://id.example.com/introspect"},
        {"url": ""},
        {"cache": -1},
        {"timeout": 0},
        {"claims": ["identity"]},
    ],
    ids=str,
)
def test_configuration_is_checked_and_quotes_no_secret(options: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        introspection(**options)
    assert "hush" not in str(caught.value)


def test_nothing_shows_the_secret() -> None:
    assert "hush" not in repr(introspection()) + repr(vars(introspection()))


def test_settings_come_from_the_environment() -> None:
    prefix = "GRAPHWIRE_AUTH_INTROSPECTION_"
    environ = {f"{prefix}URL": "https://id/i", f"{prefix}CLIENT_ID": "me"}
    with pytest.raises(ConfigurationError, match="client_secret"):
        TokenIntrospection.from_env(environ)
    assert TokenIntrospection.from_env(environ | {f"{prefix}CLIENT_SECRET": "s"}) is not None
    assert TokenIntrospection.from_env({}) is None
