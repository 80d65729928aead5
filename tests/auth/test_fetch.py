"""The one small HTTP client: bounded in time and size, and going nowhere else."""

import time
from typing import Any

import pytest
from tests.auth.provider import provider

from graphwire_auth._fetch import FetchError, fetch


def test_an_answer_is_read() -> None:
    with provider() as found:
        found.says(b"hello")
        assert fetch(found.url, None, {"X-One": "1"}, 5) == b"hello"
        assert fetch(found.url, b"sent", {}, 5) == b"hello"
    (get, headers, _), (post, _, body) = found.requests
    assert (get, headers["X-One"], headers["User-Agent"]) == ("GET", "1", "graphwire-auth")
    assert (post, body) == ("POST", b"sent")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with provider() as found:
        found.says(b"", status, location=f"{found.url}/elsewhere")
        with pytest.raises(FetchError, match=f"status {status}"):
            fetch(found.url, b"token=hush", {}, 5)
        assert len(found.requests) == 1


def test_an_answer_that_drips_is_given_up() -> None:
    with provider() as found:
        found.says(b"x" * 10_000)
        found.drips = True
        started = time.monotonic()
        with pytest.raises(FetchError, match="takes too long"):
            fetch(found.url, None, {}, 0.2)
        assert time.monotonic() - started < 5


def test_an_answer_that_is_too_long_is_not_read_to_its_end() -> None:
    with provider() as found:
        found.says(b"x" * 1_100_000)
        with pytest.raises(FetchError, match="is too long"):
            fetch(found.url, None, {}, 5)


@pytest.mark.parametrize("status", [204, 400, 401, 404, 500, 503])
def test_only_a_200_is_an_answer(status: int) -> None:
    with provider() as found:
        found.says(b"", status)
        with pytest.raises(FetchError, match=f"status {status}"):
            fetch(found.url, None, {}, 5)


def test_nobody_there_is_an_error_that_quotes_nothing() -> None:
    with provider() as found:
        url = found.url
    with pytest.raises(FetchError) as caught:
        fetch(url, b"token=hush", {}, 5)
    assert str(caught.value) == "URLError"


def test_a_proxy_of_the_environment_never_sees_a_provider_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names: Any = ("http_proxy", "HTTP_PROXY", "all_proxy")
    for name in names:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with provider() as found:
        found.says(b"direct")
        assert fetch(found.url, None, {}, 5) == b"direct"
