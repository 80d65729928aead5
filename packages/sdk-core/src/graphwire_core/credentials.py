"""How a client proves who is calling: the built-in credentials.

Each is a generator of steps (`graphwire_core.plugins.Credentials`), so that one implementation
serves both colours.
"""

from __future__ import annotations

import base64
import math
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from pydantic import SecretStr

from graphwire_core._arguments import KEY_HEADER, describe
from graphwire_core._json import decode_json
from graphwire_core.errors import AuthenticationError, ConfigurationError
from graphwire_core.plugins._types import (
    Acquire,
    Answer,
    Call,
    Credentials,
    CredentialsFlow,
    Fetch,
    Release,
    Send,
)
from graphwire_core.settings import ClientSettings
from graphwire_core.transports._types import Request

if TYPE_CHECKING:
    import httpx

__all__ = ["ApiKey", "Bearer", "HttpxAuth", "OAuth2ClientCredentials", "as_credentials"]

UNAUTHORIZED = 401
_EXPIRY_MARGIN = 30.0
"""Seconds before its end that a token counts as expired."""

TokenSource = Callable[[], Awaitable[str] | str]


def _secret(argument: str, value: str | SecretStr) -> SecretStr:
    """Check a secret without ever showing it."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str) or not text.strip():
        raise ConfigurationError(
            f"{argument}: expected text, got {type(value).__name__} or nothing"
        )
    if any(char in text for char in "\r\n\0") or not text.isascii():
        raise ConfigurationError(f"{argument}: expected ASCII text on one line")
    return SecretStr(text)


def _with_header(request: Request, name: str, value: str) -> Send:
    return Send(replace(request, headers={**request.headers, name: value}))


class ApiKey:
    """Sends a key as `x-api-key`, as LangSmith deployments take it."""

    def __init__(self, key: str | SecretStr) -> None:
        self._key = _secret("api_key", key)

    @classmethod
    def of(cls, settings: ClientSettings) -> ApiKey:
        """Take the key of a client's settings."""
        if settings.api_key is None:
            raise ConfigurationError("auth='api-key': expected api_key= or GRAPHWIRE_API_KEY")
        return cls(settings.api_key)

    def flow(self, request: Request) -> CredentialsFlow:
        """Send the request with the key."""
        yield _with_header(request, KEY_HEADER, self._key.get_secret_value())

    def __repr__(self) -> str:
        return "ApiKey(**********)"


class Bearer:
    """Sends `Authorization: Bearer …`, from a fixed token or a function that returns one.

    A function is called when there is no token yet, and once more when the server answers 401, once
    for all calls that wait for it; an async client awaits what it returns.
    """

    def __init__(self, token: str | SecretStr | TokenSource) -> None:
        self._source: TokenSource | None = None
        self._token: SecretStr | None = None
        if isinstance(token, str | SecretStr):
            self._token = _secret("token", token)
        elif callable(token):
            self._source = token
        else:
            raise ConfigurationError(f"token: expected text or a function, got {describe(token)}")

    def flow(self, request: Request) -> CredentialsFlow:
        """Send the request with the token; on 401, once more with a new one."""
        if self._source is None:
            yield self._send(request)
            return
        fresh = self._token is None
        if fresh:
            yield from self._renew(self._source, None)
        sent = self._token
        answer: Answer = yield self._send(request)
        if answer.status_code == UNAUTHORIZED and not fresh:
            yield from self._renew(self._source, sent)
            yield self._send(request)

    def _renew(self, source: TokenSource, stale: SecretStr | None) -> CredentialsFlow:
        yield Acquire()
        if self._token is stale:  # otherwise another call has renewed it by now
            self._token = _secret("token", (yield Call(source)))
        yield Release()

    def _send(self, request: Request) -> Send:
        token = self._token.get_secret_value() if self._token else ""
        return _with_header(request, "authorization", f"Bearer {token}")

    def __repr__(self) -> str:
        return "Bearer(**********)"


class OAuth2ClientCredentials:
    """Fetches tokens by the client credentials grant (RFC 6749, section 4.4) and renews them."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str | SecretStr,
        *,
        scope: str | None = None,
        extra: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create credentials.

        Args:
            token_url: Token endpoint; the client's connections are used to reach it.
            client_id: Sent with the secret by HTTP Basic authentication.
            client_secret: Secret of the client.
            scope: Scopes to ask for, separated by spaces.
            extra: Further form fields, such as `audience`.
            clock: Source of the time in seconds.
        """
        if not isinstance(token_url, str) or not token_url.startswith(("https://", "http://")):
            raise ConfigurationError(f"token_url: expected a URL, got {describe(token_url)}")
        _secret("client_id", client_id)
        secret = _secret("client_secret", client_secret).get_secret_value()
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        self._basic = SecretStr("Basic " + base64.b64encode(pair.encode()).decode())
        self._url = token_url
        parts = urlsplit(token_url)
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._form = {"grant_type": "client_credentials", **(extra or {})}
        if scope is not None:
            self._form["scope"] = scope
        self._clock = clock
        self._token: SecretStr | None = None
        self._expires = 0.0

    def flow(self, request: Request) -> CredentialsFlow:
        """Send the request with a valid token; on 401, once more with a new one."""
        sent = self._token
        fresh = sent is None or self._clock() >= self._expires
        if fresh:
            yield from self._renew(request, sent)
            sent = self._token
        answer: Answer = yield self._send(request)
        if answer.status_code == UNAUTHORIZED and not fresh:
            yield from self._renew(request, sent)
            yield self._send(request)

    def _renew(self, request: Request, stale: SecretStr | None) -> CredentialsFlow:
        yield Acquire()
        if self._token is stale:  # otherwise another call has renewed it by now
            yield from self._fetch(request)
        yield Release()

    def _fetch(self, request: Request) -> CredentialsFlow:
        content = urlencode(self._form).encode()
        headers = {
            "accept": "application/json",
            "authorization": self._basic.get_secret_value(),
            "content-length": str(len(content)),
            "content-type": "application/x-www-form-urlencoded",
        }
        token_request = Request("POST", self._url, headers, content, request.timeout)
        answer: Answer = yield Fetch(token_request)
        body = _object(answer.body)
        token = body.get("access_token")
        if answer.status_code >= 400 or not isinstance(token, str):  # noqa: PLR2004  # HTTP errors
            reason = body.get("error_description") or body.get("error") or "no access_token"
            raise AuthenticationError(
                f"No token from {self._shown}: {str(reason)[:200]}", status_code=answer.status_code
            )
        seconds = _seconds(body.get("expires_in"))
        self._token = _secret("access_token", token)
        self._expires = self._clock() + max(seconds - _EXPIRY_MARGIN, seconds / 2)

    def _send(self, request: Request) -> Send:
        token = self._token.get_secret_value() if self._token else ""
        return _with_header(request, "authorization", f"Bearer {token}")

    def __repr__(self) -> str:
        return f"OAuth2ClientCredentials({self._shown!r}, **********)"


class HttpxAuth:
    """Runs the `auth_flow` of any `httpx.Auth`, on every transport.

    A request to another URL than the call's, such as a token's, is read whole before the flow goes
    on; of an answer to the call itself the flow sees status and headers.
    """

    def __init__(self, auth: httpx.Auth) -> None:
        import httpx  # noqa: PLC0415  # whoever made `auth` has imported it

        if type(auth).auth_flow is httpx.Auth.auth_flow:
            raise ConfigurationError(
                f"auth: {type(auth).__name__} has no auth_flow() of its own; one that has only "
                "sync_auth_flow() or async_auth_flow() works with http_client="
            )
        self._auth = auth

    def flow(self, request: Request) -> CredentialsFlow:
        """Perform the flow, each of its requests in place of the one before."""
        import httpx  # noqa: PLC0415  # as above

        original = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        url = original.url  # as httpx writes it, which is not how the client quoted it
        requests = self._auth.auth_flow(original)
        signed = next(requests)
        while True:
            aside = signed.url != url
            sent = replace(
                request,
                method=signed.method,
                url=str(signed.url) if aside else request.url,
                headers=dict(signed.headers),
                content=signed.read(),
            )
            answer: Answer = yield (Fetch(sent) if aside else Send(sent))
            response = httpx.Response(
                answer.status_code,
                headers=_undecoded(answer.headers),
                content=answer.body if aside else None,
                request=signed,
            )
            try:
                signed = requests.send(response)
            except StopIteration:
                return

    def __repr__(self) -> str:
        return f"HttpxAuth({type(self._auth).__name__})"


def as_credentials(auth: Any) -> Credentials:
    """Make credentials of what `auth=` takes.

    Raises:
        ConfigurationError: It is none of: credentials, a token function, an `httpx.Auth`.
    """
    library = sys.modules.get("httpx")  # without it nothing is an `httpx.Auth`
    if library is not None and isinstance(auth, library.Auth):
        return HttpxAuth(auth)
    if callable(getattr(auth, "flow", None)):
        credentials: Credentials = auth
        return credentials
    if callable(auth):
        return Bearer(auth)
    raise ConfigurationError(
        "keyword auth=: expected the name of registered credentials, an object with flow(), a "
        f"function that returns a token, or an httpx.Auth, got {type(auth).__name__}"
    )


def _undecoded(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers for a body that is decoded already."""
    return {name: value for name, value in headers.items() if name != "content-encoding"}


def _seconds(lifetime: object) -> float:
    """Read `expires_in`: a number, of some servers as text; anything else means for ever."""
    try:
        seconds = float(lifetime) if isinstance(lifetime, int | float | str) else math.inf
    except ValueError:
        return math.inf
    return seconds if seconds > 0 else math.inf


def _object(body: bytes) -> dict[str, Any]:
    try:
        decoded = decode_json(body)
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
