"""What a rule may answer, and that everything else refuses."""

import logging
import pickle
from typing import Any

import pytest

from graphwire_auth import Auth, F, HTTPException, types
from graphwire_auth._engine import guard
from graphwire_auth.exceptions import (
    AuthError,
    ConfigurationError,
    FilterError,
    IgnoredMutationError,
    RegistrationError,
)
from graphwire_auth.testing import Decision, check


def auth_answering(answer: Any) -> Auth:
    auth = Auth()

    @auth.on
    async def rule(ctx: Any, value: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return auth


async def asked(auth: Auth) -> Decision:
    return await check(auth, user="ada", resource="threads", action="read")


@pytest.mark.parametrize("answer", [None, True])
async def test_none_and_true_accept_without_a_filter(answer: Any) -> None:
    decision = await asked(auth_answering(answer))
    assert (decision.allowed, decision.filter, decision.sees({})) == (True, None, True)


async def test_false_refuses() -> None:
    decision = await asked(auth_answering(False))
    assert (decision.allowed, decision.status, decision.detail) == (False, 403, "Forbidden")
    assert not decision.sees({"owner": "ada"})


@pytest.mark.parametrize("answer", [{"owner": "ada"}, F("owner") == "ada"])
async def test_a_filter_narrows(answer: Any) -> None:
    decision = await asked(auth_answering(answer))
    assert decision.filter == {"owner": "ada"}
    assert decision.sees({"owner": "ada"})
    assert not decision.sees({"owner": "bob"})


async def test_an_assertion_refuses_with_its_words() -> None:
    decision = await asked(auth_answering(AssertionError("not yours")))
    assert (decision.status, decision.detail) == (403, "not yours")
    assert (await asked(auth_answering(AssertionError()))).detail == "Forbidden"


async def test_an_http_exception_refuses_with_status_detail_and_headers() -> None:
    error = HTTPException(429, "later", headers={"Retry-After": "3"})
    decision = await asked(auth_answering(error))
    assert (decision.status, decision.detail) == (429, "later")
    assert decision.headers == {"Retry-After": "3"}


@pytest.mark.parametrize("answer", [0, 1, "", "owner", [], ["a"], (), 1.0, object(), Auth])
async def test_any_other_answer_is_an_error_and_refuses(answer: Any) -> None:
    auth = auth_answering(answer)
    with pytest.raises(AuthError, match="a rule returns None, True, False or a filter"):
        await asked(auth)
    assert await refused_with_500(auth)


@pytest.mark.parametrize("answer", [{}, {"owner": None}, {"owner": {"$ne": "x"}}])
async def test_a_filter_that_the_server_would_misread_refuses(answer: Any) -> None:
    auth = auth_answering(answer)
    with pytest.raises(FilterError):
        await asked(auth)
    assert await refused_with_500(auth)


async def test_a_crash_refuses_and_its_words_stay_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    auth = auth_answering(RuntimeError("password=hush"))
    with pytest.raises(RuntimeError):
        await asked(auth)
    with caplog.at_level(logging.DEBUG):
        assert await refused_with_500(auth)
    assert "the rule for threads.read failed: RuntimeError" in caplog.text
    assert "hush" not in caplog.text


async def refused_with_500(auth: Auth) -> bool:
    user = types.User(identity="ada")
    ctx = types.AuthContext(user=user, permissions=(), resource="threads", action="read")
    with pytest.raises(HTTPException) as caught:
        await guard(auth.registry, auth.policy, ctx, {})
    return (caught.value.status_code, caught.value.detail) == (500, "Internal Server Error")


async def test_check_asks_about_one_known_call() -> None:
    auth = auth_answering(None)
    with pytest.raises(RegistrationError, match="runs are authorized as threads"):
        await check(auth, user="ada", resource="runs", action="create")
    with pytest.raises(ConfigurationError, match="one resource and one action"):
        await check(auth, user="ada", resource="threads", action="*")


def test_an_http_exception_is_plain_data() -> None:
    error = HTTPException(429, "later", {"Retry-After": "3"})
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.status_code, copy.detail, copy.headers) == (429, "later", {"Retry-After": "3"})
    assert str(error) == "429: later"
    assert repr(error) == "HTTPException(status_code=429, detail='later')"
    assert HTTPException().detail == "Unauthorized"
    assert HTTPException(499, "closed").detail == "closed"


@pytest.mark.parametrize(
    "arguments",
    [
        {"status_code": 200},
        {"status_code": 302},
        {"status_code": 600, "detail": "x"},
        {"status_code": 499},
        {"headers": {"X-A": "1\r\nX-Admin: yes"}},
        {"headers": {"X-A\n": "1"}},
        {"headers": {"": "1"}},
    ],
)
def test_an_http_exception_only_refuses_and_carries_no_second_header(arguments: Any) -> None:
    with pytest.raises(ValueError, match=r"status|header"):
        HTTPException(**arguments)


def test_mistakes_are_errors_of_the_kind_they_look_like() -> None:
    for kind in (RegistrationError, FilterError, ConfigurationError):
        assert issubclass(kind, ValueError)
        assert issubclass(kind, AuthError)
    assert issubclass(IgnoredMutationError, AuthError)
