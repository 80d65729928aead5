"""What the ready-made authenticators share, and how several of them work together.

```python
auth.authenticate(AnyOf(JWTBearer.from_env(), ApiKeys.from_env()))
```
"""

from __future__ import annotations

import abc
import logging
import math
from typing import TYPE_CHECKING

from graphwire_auth._user import User, portable
from graphwire_auth.exceptions import AuthError, ConfigurationError, HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from graphwire_auth._connection import Connection

__all__ = ["AnyOf", "Scheme"]

MAX_TOKEN = 8192
"""Characters of a token or key; longer ones are refused unread."""
LOWEST_FAULT = 500
logger = logging.getLogger("graphwire_auth")


class Scheme(abc.ABC):
    """An authenticator for one kind of credential."""

    @abc.abstractmethod
    async def identify(self, connection: Connection) -> User | None:
        """Find out who calls; `None` where no credential of this kind came.

        Raises:
            HTTPException: 401 for a credential that is not good, 503 where that cannot be told.
        """

    async def __call__(self, connection: Connection) -> User:
        """Do the same, and refuse a caller without any credential."""
        user = await self.identify(connection)
        if user is None:
            raise HTTPException(401, "Not authenticated", headers={"WWW-Authenticate": "Bearer"})
        return user

    def __repr__(self) -> str:
        # Never more than the name: what is inside are keys.
        return f"{type(self).__name__}()"


class AnyOf(Scheme):
    """Let in whomever one of several schemes knows.

    Every scheme is asked in turn, because a bearer token does not say of which kind it is. When
    none accepts, an outage of one (503) says more than the refusal of another.

    Raises:
        ConfigurationError: No scheme is given, or something that is not one.
    """

    def __init__(self, *schemes: Scheme) -> None:
        if not schemes or not all(isinstance(scheme, Scheme) for scheme in schemes):
            raise ConfigurationError("AnyOf: expected at least one scheme, and nothing else")
        self._schemes = schemes

    async def identify(self, connection: Connection) -> User | None:
        """Ask every scheme until one knows the caller."""
        refusals: list[HTTPException] = []
        for scheme in self._schemes:
            try:
                user = await scheme.identify(connection)
            except HTTPException as error:
                refusals.append(error)
            else:
                if user is not None:
                    return user
        if refusals:
            raise next((e for e in refusals if e.status_code >= LOWEST_FAULT), refusals[0])
        return None


def bearer_token(connection: Connection) -> str | None:
    """Return the bearer token, if there is one.

    Raises:
        HTTPException: 401, for a token that is too long or holds what no token holds.
    """
    token = connection.bearer
    if token is None:
        return None
    if len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise refused("malformed")
    return token


def refused(reason: str) -> HTTPException:
    """Make the 401 for a credential that is not good; the reason is for the log alone."""
    logger.info("credential refused: %s", reason)
    challenge = 'Bearer error="invalid_token"'
    return HTTPException(401, "Invalid credentials", headers={"WWW-Authenticate": challenge})


def unavailable(reason: str, *, retry_after: float) -> HTTPException:
    """Make the 503 for a credential that cannot be judged now."""
    logger.warning("credentials cannot be checked: %s", reason)
    wait = str(max(1, math.ceil(retry_after)))
    detail = "Credentials cannot be checked at the moment"
    return HTTPException(503, detail, headers={"Retry-After": wait})


def user_from_claims(
    claims: Mapping[str, Any], *, identity: str, permissions: str, kept: Sequence[str]
) -> User:
    """Make the user that a token describes: who, what they may do, and the claims to keep.

    Raises:
        HTTPException: 401, where the claims name nobody.
    """
    granted = claims.get(permissions, ())
    granted = granted.split() if isinstance(granted, str) else granted
    facts = {name: claims[name] for name in kept if name in claims}
    try:
        return portable(
            facts | {"identity": claims.get(identity), "permissions": granted or ()}, User
        )
    except AuthError as error:
        raise refused(f"its claims make no user ({error})") from None


def is_time(found: object) -> bool:
    """Say whether a claim is a time, in seconds, that can be compared with others."""
    return isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found)


def check_kept(kept: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the claims to keep.

    Raises:
        ConfigurationError: A claim would take the place of a field of the user.
    """
    if isinstance(kept, str):
        raise ConfigurationError("claims: expected a list of names, got one string")
    if taken := sorted(set(kept) & set(User.model_fields)):
        raise ConfigurationError(f"claims: {', '.join(taken)} cannot be kept under that name")
    return tuple(kept)
