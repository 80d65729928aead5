"""Tokens: what is not exactly right is a 401, an unreachable provider a 503, nothing is a 500."""

import base64
import json
import logging
import time
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.auth.provider import carrying, provider

from graphwire_auth import HTTPException
from graphwire_auth._fetch import FetchError
from graphwire_auth.exceptions import ConfigurationError, MissingPackageError
from graphwire_auth.jwt import JWTBearer

SECRET = "0123456789abcdef0123456789abcdef"
RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
PEM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
RSA_PEM = RSA_KEY.public_key().public_bytes(*PEM).decode()
NOW = int(time.time())
DAY = 86_400  # the tests may run long after this file was read
CLAIMS = {
    "sub": "ada",
    "exp": NOW + DAY,
    "aud": "agents",
    "iss": "https://id",
    "scope": "read write",
}


def token(
    key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **claims: Any
) -> str:
    merged = {k: v for k, v in (CLAIMS | claims).items() if v is not None}
    return pyjwt.encode(merged, key, algorithm, headers={"kid": kid} if kid else None)


def bearer(**options: Any) -> JWTBearer:
    given: dict[str, Any] = {"audience": "agents", "issuer": "https://id"}
    if not options.keys() & {"secret", "public_key", "jwks_url"}:
        given["secret"] = SECRET
    return JWTBearer(**given | options)


async def refused(scheme: JWTBearer, text: str, status: int = 401) -> HTTPException:
    with pytest.raises(HTTPException) as caught:
        await scheme(carrying(text))
    assert caught.value.status_code == status
    assert text not in str(caught.value) + str(caught.value.headers)
    return caught.value


def jwk(key: Any, **facts: Any) -> dict[str, Any]:
    algorithm: Any = {
        rsa.RSAPublicKey: pyjwt.algorithms.RSAAlgorithm,
        ec.EllipticCurvePublicKey: pyjwt.algorithms.ECAlgorithm,
        ed25519.Ed25519PublicKey: pyjwt.algorithms.OKPAlgorithm,
    }
    public = key.public_key()
    kind = next(v for k, v in algorithm.items() if isinstance(public, k))
    return json.loads(kind.to_jwk(public)) | facts  # type: ignore[no-any-return]  # JSON


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Endpoint:
    """A key set that is fetched without a network, and can be down."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys, self.calls, self.down = list(keys), 0, False

    def __call__(self, *_: Any) -> bytes:
        self.calls += 1
        if self.down:
            raise FetchError("status 500")
        return json.dumps({"keys": self.keys}).encode()


async def test_a_good_token_names_its_user() -> None:
    user = await bearer(claims=["org"])(carrying(token(org="acme", email="a@b")))
    assert user.dict() == {
        "identity": "ada",
        "display_name": "ada",
        "is_authenticated": True,
        "permissions": ("read", "write"),
        "org": "acme",
    }


async def test_claims_are_named_by_the_application() -> None:
    scheme = bearer(identity_claim="email", permissions_claim="roles")
    user = await scheme(carrying(token(email="a@b.c", roles=["admin"])))
    assert (user.identity, user.permissions) == ("a@b.c", ("admin",))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(RSA_KEY, "RS256"), (RSA_KEY, "PS512"), (EC_KEY, "ES256"), (ED_KEY, "EdDSA")],
)
async def test_public_keys_verify_in_pem_and_from_a_key_set(key: Any, algorithm: str) -> None:
    pem = key.public_key().public_bytes(*PEM).decode()
    text = token(key, algorithm, kid="one")
    for scheme in (
        bearer(public_key=pem),
        bearer(public_key=pem.replace("\n", "\\n"), algorithms=[algorithm]),
        bearer(jwks_url="https://id/keys", fetch=Endpoint(jwk(key, kid="one"))),
    ):
        assert (await scheme(carrying(text))).identity == "ada"


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - DAY},
    "no exp": {"exp": None},
    "exp is text": {"exp": "tomorrow"},
    "exp is digits": {"exp": "99999999999"},
    "exp is true": {"exp": True},
    "exp is infinite": {"exp": float("inf")},
    "exp is nan": {"exp": float("nan")},
    "exp is a list": {"exp": [NOW]},
    "not yet valid": {"nbf": NOW + DAY},
    "issued in the future": {"iat": NOW + DAY},
    "other audience": {"aud": "billing"},
    "no audience": {"aud": None},
    "audience is a number": {"aud": 5},
    "other issuer": {"iss": "https://evil"},
    "no issuer": {"iss": None},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject is a number": {"sub": 7},
    "subject forges a log": {"sub": "ada\nroot"},
    "scope is a number": {"scope": 5},
    "scope holds numbers": {"scope": [1]},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_a_token_with_wrong_claims_is_a_401(claims: Any) -> None:
    merged = {k: v for k, v in (CLAIMS | claims).items() if v is not None}
    error = await refused(bearer(), raw({"alg": "HS256", "typ": "JWT"}, merged))
    assert error.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def encoded(found: Any) -> str:
    data = found if isinstance(found, bytes) else json.dumps(found).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(header: Any, claims: Any, secret: str = SECRET) -> str:
    """Sign whatever it is, as a library would refuse to."""
    signed = f"{encoded(header)}.{encoded(claims)}"
    algorithm = pyjwt.algorithms.HMACAlgorithm(pyjwt.algorithms.HMACAlgorithm.SHA256)
    return f"{signed}.{encoded(algorithm.sign(signed.encode(), secret.encode()))}"


HS = {"alg": "HS256"}
MALFORMED = {
    "text": "nonsense",
    "dots": "..",
    "two parts": "a.b",
    "five parts": "a.b.c.d.e",
    "not base64": "%%%.%%%.%%%",
    "no json": f"{encoded(b'nope')}.{encoded(CLAIMS)}.x",
    "header is a list": raw([HS], CLAIMS),
    "header is null": raw(None, CLAIMS),
    "deep header": f"{encoded(b'[' * 3000)}.{encoded(CLAIMS)}.x",
    "deep claims": raw(HS, b'{"a":' + b"[" * 3000),
    "claims are a list": raw(HS, [CLAIMS]),
    "claims are no json": raw(HS, b"\xff\xfe"),
    "no signature": raw(HS, CLAIMS).rpartition(".")[0] + ".",
    "cut signature": raw(HS, CLAIMS)[:-4],
    "other secret": raw(HS, CLAIMS, "x" * 32),
    "none": raw({"alg": "none"}, CLAIMS).rpartition(".")[0] + ".",
    "None": raw({"alg": "None"}, CLAIMS).rpartition(".")[0] + ".",
    "no algorithm": raw({"typ": "JWT"}, CLAIMS),
    "algorithm is a list": raw({"alg": ["HS256"]}, CLAIMS),
    "algorithm is an object": raw({"alg": {}}, CLAIMS),
    "another algorithm": token(SECRET * 2, "HS512"),
    "critical extension": raw({**HS, "crit": ["exp"]}, CLAIMS),
    "unencoded payload": raw({**HS, "crit": ["b64"], "b64": False}, CLAIMS),
    "huge": raw(HS, CLAIMS | {"x": "y" * 9000}),
    "enormous": "x" * 1_000_000,
    "spaces": "a b c",
    "control characters": "a\x00b\x7f",
    "not ascii": "tok\xe9n.x.y",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_or_unsigned_token_is_a_401_and_never_logged(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await refused(bearer(), text)
    assert text not in caplog.text
    assert encoded(CLAIMS) not in caplog.text


async def answer(text: str) -> int | str:
    """Tell whom a token names, or the status that refuses it."""
    try:
        user = await bearer().identify(carrying(text))
    except HTTPException as error:
        return error.status_code
    return user.identity if user else 401


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.text("abc.=_-", max_size=60), st.binary().map(encoded)))
async def test_no_bytes_of_a_stranger_are_anything_but_a_401(text: str) -> None:
    assert await answer(text) in (401, "ada")


@given(st.integers(0, 400), st.sampled_from(["x", "A", "=", ".", ""]))
async def test_a_token_changed_anywhere_is_refused(position: int, replacement: str) -> None:
    good = token()
    position %= len(good)
    changed = good[:position] + replacement + good[position + 1 :]
    # The last letter of base64 has bits that mean nothing.
    harmless = changed == good or position == len(good) - 1
    assert await answer(changed) in ((401, "ada") if harmless else (401,))


async def test_a_public_key_is_never_taken_for_a_secret() -> None:
    forged = raw({"alg": "HS256"}, CLAIMS, RSA_PEM)
    await refused(bearer(public_key=RSA_PEM), forged)
    await refused(bearer(jwks_url="https://id/k", fetch=Endpoint(jwk(RSA_KEY))), forged)


async def test_leeway_forgives_a_little() -> None:
    late = token(exp=int(time.time()) - 5)
    assert (await bearer(leeway=60)(carrying(late))).identity == "ada"
    await refused(bearer(leeway=0), late)


async def test_without_an_audience_a_token_for_somebody_is_refused() -> None:
    assert (await bearer(audience=None)(carrying(token(aud=None)))).identity == "ada"
    await refused(bearer(audience=None), token())
    assert (await bearer(audience=["x", "agents"])(carrying(token()))).identity == "ada"


async def test_without_a_token_nobody_is_known() -> None:
    assert await bearer().identify(carrying()) is None
    assert await bearer().identify(carrying(x_api_key="abc")) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"secret": None}, "give one of"),
        ({"public_key": RSA_PEM, "secret": SECRET}, "give one of"),
        ({"secret": "short"}, "expected at least 32 bytes, got 5"),
        ({"secret": ""}, "expected at least 32 bytes, got 0"),
        ({"algorithms": ["HS512"]}, "expected at least 64 bytes"),
        ({"algorithms": ["none"]}, "none cannot be used"),
        ({"algorithms": ["RS256"]}, "RS256 cannot be used with this kind of key"),
        ({"public_key": RSA_PEM, "algorithms": ["HS256"]}, "HS256 cannot be used"),
        ({"algorithms": []}, "at least one name"),
        ({"algorithms": "HS256"}, "expected a list"),
        ({"public_key": "nonsense"}, "expected a PEM key"),
        ({"public_key": RSA_PEM, "algorithms": ["ES256"]}, "expected a PEM key for ES256"),
        ({"leeway": -1}, "leeway"),
        ({"leeway": 10_000}, "leeway"),
        ({"audience": ""}, "audience"),
        ({"audience": []}, "audience"),
        ({"issuer": [""]}, "issuer"),
        ({"claims": ["permissions"]}, "permissions cannot be kept"),
        ({"claims": "org"}, "expected a list of names"),
        ({"jwks_url": "http://id.example.com/keys"}, "expected an https:// URL"),
        ({"jwks_url": "file:///etc/passwd"}, "expected an https:// URL"),
        ({"jwks_url": "https://user:pass@id/keys"}, "must not hold a password"),
    ],
    ids=lambda found: str(found)[:40].replace("\n", " ") if isinstance(found, str) else None,
)
def test_configuration_is_checked(options: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        bearer(**options)


def test_weak_and_private_keys_are_refused() -> None:
    weak = rsa.generate_private_key(65537, 1024)
    with pytest.raises(ConfigurationError, match="RSA of 2048 bits"):
        bearer(public_key=weak.public_key().public_bytes(*PEM).decode())
    private = RSA_KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(ConfigurationError, match="this is a private key") as caught:
        bearer(public_key=private)
    assert private.decode()[40:80] not in str(caught.value)


def test_nothing_shows_the_secret() -> None:
    scheme = bearer()
    assert repr(scheme) == "JWTBearer()"
    assert SECRET not in repr(vars(scheme))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jwt", None)
    with pytest.raises(MissingPackageError, match=r"graphwire-auth\[jwt\]"):
        bearer()


async def test_settings_come_from_the_environment() -> None:
    prefix = "GRAPHWIRE_AUTH_JWT_"
    environ = {"SECRET": SECRET, "AUDIENCE": "x, agents", "ISSUER": "https://id", "CLAIMS": "org"}
    environ |= {"LEEWAY": "30", "ALGORITHMS": "HS256", "PERMISSIONS_CLAIM": "roles"}
    scheme = JWTBearer.from_env({prefix + name: value for name, value in environ.items()})
    assert scheme is not None
    user = await scheme(carrying(token(exp=int(time.time()) - 10, roles=["admin"], org="acme")))
    assert (user.permissions, user["org"]) == (("admin",), "acme")
    assert JWTBearer.from_env({}) is None
    with pytest.raises(ConfigurationError, match="LEEWAY: expected a number"):
        JWTBearer.from_env({prefix + "SECRET": SECRET, prefix + "LEEWAY": "soon"})


def keyed(endpoint: Endpoint, **options: Any) -> tuple[JWTBearer, Clock]:
    scheme, clock = bearer(jwks_url="https://id/keys", fetch=endpoint, **options), Clock()
    assert scheme._key_set is not None
    scheme._key_set._clock = clock
    return scheme, clock


async def test_a_key_set_is_fetched_once_and_again_when_it_is_old() -> None:
    endpoint = Endpoint(jwk(RSA_KEY, kid="one"))
    scheme, clock = keyed(endpoint, key_set_age=300)
    for _ in range(3):
        await scheme(carrying(token(RSA_KEY, "RS256", kid="one")))
    assert endpoint.calls == 1
    clock.now += 301
    await scheme(carrying(token(RSA_KEY, "RS256", kid="one")))
    assert endpoint.calls == 2


async def test_a_rotated_key_is_found_and_a_withdrawn_one_is_gone() -> None:
    endpoint = Endpoint(jwk(RSA_KEY, kid="one"))
    scheme, clock = keyed(endpoint)
    await scheme(carrying(token(RSA_KEY, "RS256", kid="one")))
    endpoint.keys = [jwk(OTHER_RSA, kid="two")]
    clock.now += 11
    assert (await scheme(carrying(token(OTHER_RSA, "RS256", kid="two")))).identity == "ada"
    await refused(scheme, token(RSA_KEY, "RS256", kid="one"))


async def test_forged_key_ids_do_not_hammer_the_provider() -> None:
    endpoint = Endpoint(jwk(RSA_KEY, kid="one"))
    scheme, clock = keyed(endpoint)
    for number in range(20):
        await refused(scheme, token(OTHER_RSA, "RS256", kid=f"forged-{number}"))
    assert endpoint.calls == 1
    clock.now += 11
    await refused(scheme, token(OTHER_RSA, "RS256", kid="forged"))
    assert endpoint.calls == 2


async def test_a_provider_that_was_never_up_is_a_503_that_says_when_to_come_back() -> None:
    endpoint = Endpoint(jwk(RSA_KEY, kid="one"))
    endpoint.down = True
    scheme, clock = keyed(endpoint)
    text = token(RSA_KEY, "RS256", kid="one")
    for _ in range(3):
        error = await refused(scheme, text, 503)
        assert error.headers == {"Retry-After": "10"}
    assert endpoint.calls == 1, "and is not asked at every request"
    endpoint.down, clock.now = False, clock.now + 11
    assert (await scheme(carrying(text))).identity == "ada"


async def test_known_keys_outlast_an_outage_but_not_for_ever() -> None:
    endpoint = Endpoint(jwk(RSA_KEY, kid="one"))
    scheme, clock = keyed(endpoint)
    text = token(RSA_KEY, "RS256", kid="one")
    await scheme(carrying(text))
    endpoint.down = True
    clock.now += 1000
    assert (await scheme(carrying(text))).identity == "ada"
    await refused(scheme, token(OTHER_RSA, "RS256", kid="unknown"), 503)
    clock.now += 3000
    await refused(scheme, text, 503)


@pytest.mark.parametrize(
    "keys",
    [
        [jwk(RSA_KEY, kid="two")],
        [jwk(OTHER_RSA, kid="one")],
        [jwk(RSA_KEY, kid="one", use="enc")],
        [jwk(RSA_KEY, kid="one", alg="RS512")],
        [jwk(EC_KEY, kid="one")],
        [jwk(RSA_KEY, kid="one"), jwk(OTHER_RSA, kid="one")],
        [jwk(RSA_KEY, kid="one") | {"n": "AQAB"}],
        [jwk(RSA_KEY, kid="one") | {"n": 5}],
        [{"kty": "RSA", "kid": "one"}],
        [jwk(rsa.generate_private_key(65537, 1024), kid="one")],
    ],
    ids=range(10),
)
async def test_a_key_that_does_not_fit_verifies_nothing(keys: Any) -> None:
    # A set with no key for signatures at all is no answer, like one that does not come.
    unusable = all(key.get("use") == "enc" for key in keys)
    endpoint = Endpoint(*keys)
    scheme, _ = keyed(endpoint)
    await refused(scheme, token(RSA_KEY, "RS256", kid="one"), 503 if unusable else 401)


async def test_without_a_key_id_the_only_key_is_meant() -> None:
    scheme, _ = keyed(Endpoint(jwk(RSA_KEY, kid="one"), jwk(EC_KEY, kid="two")))
    assert (await scheme(carrying(token(RSA_KEY, "RS256")))).identity == "ada"
    scheme, _ = keyed(Endpoint(jwk(RSA_KEY, kid="one"), jwk(OTHER_RSA, kid="two")))
    await refused(scheme, token(RSA_KEY, "RS256"))


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"nope", b"[]", b"{}", b'{"keys": 5}', b'{"keys": []}', b"[" * 100_000),
        *(b'{"keys": [5]}', json.dumps({"keys": [jwk(RSA_KEY)] * 101}).encode()),
        b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "one"}]}',
    ],
    ids=range(10),
)
async def test_an_answer_that_is_no_key_set_is_a_503(body: bytes) -> None:
    scheme = bearer(jwks_url="https://id/keys", fetch=lambda *_: body)
    await refused(scheme, token(RSA_KEY, "RS256", kid="one"), 503)


async def test_whatever_a_fetcher_raises_is_a_503_and_its_words_are_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: Any) -> bytes:
        raise KeyError("hush")

    scheme = bearer(jwks_url="https://id/keys", fetch=broken)
    await refused(scheme, token(RSA_KEY, "RS256", kid="one"), 503)
    assert "hush" not in caplog.text


async def test_a_real_provider_is_asked_and_every_way_it_fails_is_a_503() -> None:
    text = token(RSA_KEY, "RS256", kid="one")
    with provider() as found:
        found.says({"keys": [jwk(RSA_KEY, kid="one")]})
        assert (await bearer(jwks_url=found.url)(carrying(text))).identity == "ada"
        assert "Authorization" not in found.requests[0][1]
        for status in (204, 302, 401, 404, 500):
            found.says({"keys": [jwk(RSA_KEY, kid="one")]}, status, location=found.url)
            await refused(bearer(jwks_url=found.url), text, 503)
        found.says(b"x" * 1_100_000)
        await refused(bearer(jwks_url=found.url), text, 503)
        found.says({"keys": [jwk(RSA_KEY, kid="one")]})
        found.drips = True
        await refused(bearer(jwks_url=found.url, timeout=0.3), text, 503)
        found.drips, found.stalls = False, True
        started = time.monotonic()
        await refused(bearer(jwks_url=found.url, timeout=0.3), text, 503)
        assert time.monotonic() - started < 5
    await refused(bearer(jwks_url=found.url), text, 503)
