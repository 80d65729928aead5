"""Callers known by opaque tokens, which the provider is asked about (RFC 7662)."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from pydantic import SecretStr

from graphwire_auth._environment import Environment
from graphwire_auth._fetch import FetchError, check_url, fetch, safely
from graphwire_auth._threads import in_thread
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.schemes import (
    Scheme,
    bearer_token,
    check_kept,
    is_time,
    refused,
    unavailable,
    user_from_claims,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphwire_auth._connection import Connection
    from graphwire_auth._fetch import Fetch
    from graphwire_auth._user import User

__all__ = ["TokenIntrospection"]

RETRY_AFTER = 5


class TokenIntrospection(Scheme):
    """Tokens that the endpoint at `url` calls active.

    A good answer is kept for `cache` seconds, never longer than the token lives; a token that is
    withdrawn stays good that long. `audience` and `issuer` are compared where they are given.

    Raises:
        ConfigurationError: A setting is missing or wrong.
    """

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        client_secret: str | SecretStr,
        audience: str | None = None,
        issuer: str | None = None,
        identity_claim: str = "sub",
        permissions_claim: str = "scope",
        claims: Sequence[str] = (),
        cache: float = 30,
        max_cached: int = 1000,
        timeout: float = 5,
        fetch: Fetch = fetch,
        clock: Callable[[], float] = time.time,
    ) -> None:
        secret = client_secret if isinstance(client_secret, SecretStr) else SecretStr(client_secret)
        if not client_id or not secret.get_secret_value():
            raise ConfigurationError("TokenIntrospection: client_id and client_secret are required")
        if cache < 0 or max_cached < 0 or timeout <= 0:
            raise ConfigurationError("TokenIntrospection: cache, max_cached, timeout: too small")
        self._url = check_url("url", url)
        self._client, self._secret = client_id, secret
        self._audience, self._issuer = audience, issuer
        self._identity, self._permissions = identity_claim, permissions_claim
        self._kept = check_kept(claims)
        self._cache, self._max_cached, self._timeout = cache, max_cached, timeout
        self._fetch, self._clock = safely(fetch), clock
        self._known: OrderedDict[bytes, tuple[User, float]] = OrderedDict()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> TokenIntrospection | None:
        """Read `GRAPHWIRE_AUTH_INTROSPECTION_*`; `None` where `URL` is not set.

        `URL`, `CLIENT_ID`, `CLIENT_SECRET` (also as `_FILE`), `AUDIENCE`, `ISSUER`, `CLAIMS`,
        `CACHE`, `IDENTITY_CLAIM`, `PERMISSIONS_CLAIM`.
        """
        env = Environment("GRAPHWIRE_AUTH_INTROSPECTION_", environ)
        url = env.text("URL")
        if url is None:
            return None
        return cls(
            url,
            client_id=env.text("CLIENT_ID") or "",
            client_secret=env.text("CLIENT_SECRET") or "",
            audience=env.text("AUDIENCE"),
            issuer=env.text("ISSUER"),
            identity_claim=env.text("IDENTITY_CLAIM") or "sub",
            permissions_claim=env.text("PERMISSIONS_CLAIM") or "scope",
            claims=env.names("CLAIMS"),
            cache=env.number("CACHE", 30),
        )

    async def identify(self, connection: Connection) -> User | None:
        """Ask the provider about the bearer token, unless it was asked just now."""
        token = bearer_token(connection)
        if token is None:
            return None
        # Tokens are kept as hashes: memory may be dumped, and a look-up by hash tells no prefix.
        digest = hashlib.sha256(token.encode()).digest()
        if known := self._known.get(digest):
            if self._clock() < known[1]:
                return known[0]
            self._known.pop(digest, None)
        claims = await self._ask(token)
        user = self._judge(claims)
        self._keep(digest, user, claims)
        return user

    async def _ask(self, token: str) -> dict[str, Any]:
        # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
        pair = f"{quote_plus(self._client)}:{quote_plus(self._secret.get_secret_value())}"
        headers = {
            "Accept": "application/json",
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"token": token, "token_type_hint": "access_token"}).encode()
        try:
            answer = await in_thread(
                lambda: self._fetch(self._url, body, headers, self._timeout),
                seconds=self._timeout + 1,
            )
            claims = json.loads(answer)
        except (FetchError, TimeoutError, ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, FetchError) else type(error).__name__
            raise unavailable(f"introspection: {reason}", retry_after=RETRY_AFTER) from None
        if not isinstance(claims, dict) or not isinstance(claims.get("active"), bool):
            raise unavailable("introspection: not an answer", retry_after=RETRY_AFTER)
        return claims

    def _judge(self, claims: Mapping[str, Any]) -> User:
        now = self._clock()
        if claims["active"] is not True:
            raise refused("not active")
        if _time(claims, "exp", math.inf) <= now or _time(claims, "nbf", 0) > now:
            raise refused("expired, or not yet valid")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self._audience is not None and self._audience not in audiences:
            raise refused("for another audience")
        if self._issuer is not None and claims.get("iss") != self._issuer:
            raise refused("of another issuer")
        return user_from_claims(
            claims, identity=self._identity, permissions=self._permissions, kept=self._kept
        )

    def _keep(self, digest: bytes, user: User, claims: Mapping[str, Any]) -> None:
        if not self._cache or not self._max_cached:
            return
        until = min(self._clock() + self._cache, _time(claims, "exp", math.inf))
        self._known[digest] = (user, until)
        while len(self._known) > self._max_cached:
            self._known.popitem(last=False)


def _time(claims: Mapping[str, Any], name: str, default: float) -> float:
    if name not in claims:
        return default
    if not is_time(claims[name]):
        raise refused(f"{name} is not a time")
    return float(claims[name])
