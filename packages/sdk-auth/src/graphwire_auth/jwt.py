"""Callers known by JSON Web Tokens, checked with PyJWT (`pip install graphwire-auth[jwt]`).

```python
auth.authenticate(
    JWTBearer(jwks_url="https://id.example.com/jwks", audience="agents", algorithms=["RS256"])
)
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from graphwire_auth._environment import Environment
from graphwire_auth._fetch import check_url, fetch
from graphwire_auth._key_set import Key, KeySet
from graphwire_auth._signature import StaticKey, algorithm_names, load_pyjwt, public_key
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.schemes import (
    Scheme,
    bearer_token,
    check_kept,
    is_time,
    refused,
    user_from_claims,
)

if TYPE_CHECKING:
    from graphwire_auth._connection import Connection
    from graphwire_auth._fetch import Fetch
    from graphwire_auth._user import User

__all__ = ["JWTBearer"]

Names = str | Sequence[str] | None
MAX_LEEWAY = 300


class JWTBearer(Scheme):
    """Tokens that a `secret`, a `public_key` (PEM) or the keys at `jwks_url` verify.

    Every token needs `exp` and the identity claim. `audience` is compared with `aud`: with `None`,
    a token that has an audience is refused. `leeway` forgives that many seconds of clock drift.
    `permissions_claim` may hold a list or words between spaces; `claims` names more to keep.

    Raises:
        ConfigurationError: Not exactly one kind of key, a weak key, or algorithms that do not fit.
        MissingPackageError: PyJWT is not installed.
    """

    def __init__(
        self,
        *,
        audience: Names,
        issuer: Names = None,
        secret: str | bytes | None = None,
        public_key: str | bytes | None = None,
        jwks_url: str | None = None,
        algorithms: Sequence[str] | None = None,
        leeway: float = 0,
        identity_claim: str = "sub",
        permissions_claim: str = "scope",
        claims: Sequence[str] = (),
        key_set_age: float = 300,
        timeout: float = 5,
        fetch: Fetch = fetch,
    ) -> None:
        self._jwt = load_pyjwt()
        if not 0 <= leeway <= MAX_LEEWAY:
            raise ConfigurationError(f"leeway: expected 0 to {MAX_LEEWAY} seconds, got {leeway}")
        if sum(key is not None for key in (secret, public_key, jwks_url)) != 1:
            raise ConfigurationError("JWTBearer: give one of secret, public_key, jwks_url")
        self._algorithms = algorithm_names(algorithms, symmetric=secret is not None)
        self._audience, self._issuer = _names("audience", audience), _names("issuer", issuer)
        self._leeway = leeway
        self._identity, self._permissions = identity_claim, permissions_claim
        self._kept = check_kept(claims)
        self._static: StaticKey | None = None
        self._key_set: KeySet | None = None
        if jwks_url is not None:
            url = check_url("jwks_url", jwks_url)
            self._key_set = KeySet(url, fetch, timeout=timeout, max_age=key_set_age)
        else:
            self._static = StaticKey(secret or public_key or b"", self._algorithms)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> JWTBearer | None:
        """Read `GRAPHWIRE_AUTH_JWT_*`; `None` where no key is set.

        `SECRET`, `PUBLIC_KEY` or `JWKS_URL` (the first two also as `_FILE`); `ALGORITHMS`,
        `AUDIENCE`, `ISSUER`, `CLAIMS` (comma-separated), `LEEWAY`, `IDENTITY_CLAIM`,
        `PERMISSIONS_CLAIM`.
        """
        env = Environment("GRAPHWIRE_AUTH_JWT_", environ)
        secret, pem, url = env.text("SECRET"), env.text("PUBLIC_KEY"), env.text("JWKS_URL")
        if not (secret or pem or url):
            return None
        return cls(
            secret=secret,
            public_key=pem,
            jwks_url=url,
            audience=env.names("AUDIENCE") or None,
            issuer=env.names("ISSUER") or None,
            algorithms=env.names("ALGORITHMS") or None,
            leeway=env.number("LEEWAY", 0),
            identity_claim=env.text("IDENTITY_CLAIM") or "sub",
            permissions_claim=env.text("PERMISSIONS_CLAIM") or "scope",
            claims=env.names("CLAIMS"),
        )

    async def identify(self, connection: Connection) -> User | None:
        """Check the bearer token and find whom it names."""
        token = bearer_token(connection)
        if token is None:
            return None
        algorithm, key = await self._key_for(self._header(token))
        claims = self._claims(token, algorithm, key)
        return user_from_claims(
            claims, identity=self._identity, permissions=self._permissions, kept=self._kept
        )

    def _header(self, token: str) -> dict[str, Any]:
        try:
            header: dict[str, Any] = self._jwt.get_unverified_header(token)
        except Exception as error:  # noqa: BLE001  # whatever a stranger's bytes bring about
            raise refused(f"unreadable ({type(error).__name__})") from None
        # An extension that must be understood, and is not, makes the token invalid (RFC 7515).
        if header.get("alg") not in self._algorithms or "crit" in header:
            raise refused("another algorithm")
        return header

    async def _key_for(self, header: Mapping[str, Any]) -> tuple[str, Any]:
        algorithm, kid = str(header["alg"]), header.get("kid")
        if self._static is not None:
            return algorithm, self._static.key
        if self._key_set is None or not isinstance(kid, str | None):
            raise refused("no key")

        def wanted(key: Key) -> bool:
            return key.get("alg", algorithm) == algorithm and kid in (None, key.get("kid"))

        found = await self._key_set.keys(wanted)
        usable = [key for key in (public_key(each, algorithm) for each in found) if key]
        if len(usable) != 1:
            raise refused("unknown key id" if not usable else "several keys may be meant")
        return algorithm, usable[0]

    def _claims(self, token: str, algorithm: str, key: Any) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = self._jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway,
                options={"require": ["exp", *(["aud"] if self._audience else []), self._identity]},
            )
        except Exception as error:  # noqa: BLE001  # whatever a stranger's bytes bring about
            raise refused(type(error).__name__) from None
        if not is_time(claims["exp"]):
            raise refused("no usable time of expiry")
        return claims


def _names(argument: str, found: Names) -> list[str] | None:
    if found is None:
        return None
    names = [found] if isinstance(found, str) else list(found)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ConfigurationError(f"{argument}: expected a name, a list of names, or None")
    return names
