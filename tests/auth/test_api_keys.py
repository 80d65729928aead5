"""API keys: only hashes are kept, and how long a refusal takes says nothing."""

import contextlib
import hashlib
import hmac
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from tests.auth.provider import carrying

from graphwire_auth import Auth, HTTPException
from graphwire_auth.api_keys import ApiKeys, hash_key
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.testing import authenticate

ADA = "key-of-ada-0123456789"
BOB = "key-of-bob-0123456789"
KEYS = ApiKeys({ADA: {"identity": "ada", "permissions": ["write"]}, hash_key(BOB): "bob"})


@pytest.mark.parametrize(
    "connection", [carrying(BOB), carrying(x_api_key=BOB), carrying(x_api_key=f" {BOB} ")]
)
async def test_a_key_names_its_user_in_either_header(connection: Any) -> None:
    assert (await KEYS(connection)).identity == "bob"


async def test_the_user_of_a_key_has_permissions() -> None:
    assert (await KEYS(carrying(ADA))).permissions == ("write",)


async def test_without_a_key_nobody_is_known() -> None:
    assert await KEYS.identify(carrying()) is None
    with pytest.raises(HTTPException, match="401: Not authenticated") as caught:
        await KEYS(carrying())
    assert caught.value.headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize(
    "connection",
    [
        carrying("wrong" * 5),
        carrying(ADA[:-1]),
        carrying(ADA + "x"),
        carrying(hash_key(ADA)),
        carrying(hashlib.sha256(ADA.encode()).hexdigest()),
        carrying("k" * 100_000),
        carrying("nul\0nul"),
        carrying("schl\xfcssel-0123456789"),
        carrying(x_api_key="k" * 100_000),
        carrying(x_api_key="schl\xfcssel-0123456789"),
        carrying(ADA, x_api_key="wrong"),
    ],
    ids=range(11),
)
async def test_a_wrong_malformed_or_huge_key_is_a_401(connection: Any, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(HTTPException) as caught:
        await KEYS(connection)
    assert (caught.value.status_code, caught.value.detail) == (401, "Invalid credentials")
    assert caught.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    for secret in connection.headers.values():
        assert secret not in caplog.text
        assert secret not in str(caught.value)


async def test_every_hash_is_compared_in_constant_time_whatever_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def recording(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return real(one, other)

    monkeypatch.setattr("graphwire_auth.api_keys.hmac.compare_digest", recording)
    # Right for the first and the second user; wrong at the start, in the middle, at the end.
    for key in (
        ADA,
        BOB,
        "X" + ADA[1:],
        ADA[:9] + "X" + ADA[10:],
        ADA[:-1] + "X",
        "short",
        "k" * 99,
    ):
        compared.clear()
        with contextlib.suppress(HTTPException):
            await KEYS(carrying(key))
        assert len(compared) == 2, "neither the first match nor a mismatch ends the search"
        assert {len(side) for pair in compared for side in pair} == {32}
        assert len({one for one, _ in compared}) == 1


def test_neither_repr_nor_state_shows_a_key() -> None:
    assert repr(KEYS) == "ApiKeys()"
    assert ADA not in repr(vars(KEYS))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "at least one key"),
        ({"tiny-key": "ada"}, "key 1: an API key needs at least 16 characters"),
        ({"sha256:abc": "ada"}, "64 hexadecimal digits"),
        ({ADA: "ada", hash_key(ADA): "bob"}, "key 2 is listed twice"),
        ({ADA: ""}, "the user of key 1"),
        ({ADA: {"identity": "ada", "permissions": "admin"}}, "not one string"),
    ],
)
def test_configuration_is_checked_and_quotes_no_key(keys: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        ApiKeys(keys)
    assert ADA not in str(caught.value)
    assert "tiny-key" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"ada={ADA}, bob={hash_key(BOB)}",
        json.dumps({ADA: "ada", BOB: {"identity": "bob"}}),
    ],
)
async def test_keys_come_from_the_environment_or_from_a_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{text}\n")
    for environ in (
        {"GRAPHWIRE_AUTH_API_KEYS": text},
        {"GRAPHWIRE_AUTH_API_KEYS_FILE": str(path)},
    ):
        keys = ApiKeys.from_env(environ)
        assert keys is not None
        assert (await keys(carrying(BOB))).identity == "bob"
    assert ApiKeys.from_env({}) is None
    assert ApiKeys.from_env({"GRAPHWIRE_AUTH_API_KEYS": " "}) is None


@pytest.mark.parametrize(
    "environ",
    [
        {"GRAPHWIRE_AUTH_API_KEYS": ADA},
        {"GRAPHWIRE_AUTH_API_KEYS": f"={ADA}"},
        {"GRAPHWIRE_AUTH_API_KEYS": "ada="},
        {"GRAPHWIRE_AUTH_API_KEYS": "{broken"},
        {"GRAPHWIRE_AUTH_API_KEYS": f"ada={ADA},bob={ADA}"},
        {"GRAPHWIRE_AUTH_API_KEYS": f'{{"{ADA}": "ada", "{ADA}": "bob"}}'},
        {"GRAPHWIRE_AUTH_API_KEYS_FILE": "/nowhere/keys"},
        {"GRAPHWIRE_AUTH_API_KEYS": "a=b", "GRAPHWIRE_AUTH_API_KEYS_FILE": "c"},
    ],
    ids=range(8),
)
def test_a_broken_environment_is_refused_and_not_quoted(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="GRAPHWIRE_AUTH_API_KEYS") as caught:
        ApiKeys.from_env(environ)
    assert ADA not in str(caught.value)


async def test_keys_are_an_authenticator() -> None:
    auth = Auth()
    auth.authenticate(KEYS)
    assert (await authenticate(auth, headers={"X-API-Key": ADA})).identity == "ada"
