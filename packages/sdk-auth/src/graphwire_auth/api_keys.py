"""Callers known by API keys, of which only hashes are kept.

```python
auth.authenticate(ApiKeys({"sha256:9f86…": {"identity": "ada", "permissions": ["write"]}}))
```

Keys come in `X-API-Key`, or as a bearer token.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Any

from graphwire_auth._environment import Environment
from graphwire_auth._user import User, portable
from graphwire_auth.exceptions import AuthError, ConfigurationError
from graphwire_auth.schemes import MAX_TOKEN, Scheme, bearer_token, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphwire_auth._connection import Connection

__all__ = ["ApiKeys", "hash_key"]

SHORTEST = 16
"""Characters of a key. A hash without salt protects long random keys only."""
_HASHED = re.compile(r"sha256:([0-9a-f]{64})")


def hash_key(key: str) -> str:
    """Hash a key for configuration: `sha256:` and 64 hexadecimal digits.

    Raises:
        ConfigurationError: The key is too short to be worth hashing.
    """
    if len(key) < SHORTEST:
        raise ConfigurationError(f"an API key needs at least {SHORTEST} characters")
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


class ApiKeys(Scheme):
    """Users by key. A key is given as it is, or as `hash_key` makes it.

    Raises:
        ConfigurationError: There is no key, a key is too short or listed twice, or a user is not
            one. Keys are never quoted.
    """

    def __init__(self, keys: Mapping[str, object]) -> None:
        if not keys:
            raise ConfigurationError("ApiKeys: expected at least one key")
        self._users: dict[bytes, User] = {}
        for number, (key, user) in enumerate(keys.items(), 1):
            digest = _digest(key, number)
            if digest in self._users:
                raise ConfigurationError(f"ApiKeys: key {number} is listed twice")
            try:
                self._users[digest] = portable(user, User)
            except AuthError as error:
                raise ConfigurationError(f"ApiKeys: the user of key {number}: {error}") from None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> ApiKeys | None:
        """Read `GRAPHWIRE_AUTH_API_KEYS` (or `_FILE`); `None` where it is unset.

        The value is `ada=<key>,bob=<key>`, or a JSON object of users by key.
        """
        found = Environment("GRAPHWIRE_AUTH_", environ).text("API_KEYS")
        return None if found is None else cls(_parsed(found))

    async def identify(self, connection: Connection) -> User | None:
        """Find the user of the key that came."""
        key = connection.headers.get("x-api-key", "").strip() or bearer_token(connection)
        if key is None:
            return None
        if len(key) > MAX_TOKEN:
            raise refused("malformed")
        digest = hashlib.sha256(key.encode()).digest()
        found: User | None = None
        # Every hash is compared, in constant time: neither where a wrong key differs nor which
        # key it is nearest to can be told from how long the answer takes.
        for known, user in self._users.items():
            if hmac.compare_digest(digest, known):
                found = user
        if found is None:
            raise refused("unknown key")
        return found


def _digest(key: str, number: int) -> bytes:
    if hashed := _HASHED.fullmatch(key):
        return bytes.fromhex(hashed[1])
    if key.startswith("sha256:"):
        raise ConfigurationError(f"ApiKeys: key {number}: sha256: needs 64 hexadecimal digits")
    try:
        return bytes.fromhex(hash_key(key).removeprefix("sha256:"))
    except ConfigurationError as error:
        raise ConfigurationError(f"ApiKeys: key {number}: {error}") from None


def _parsed(text: str) -> dict[str, Any]:
    if text.startswith("{"):
        try:
            found = json.loads(text, object_pairs_hook=_without_repeats)
        except ValueError:
            raise ConfigurationError("GRAPHWIRE_AUTH_API_KEYS: not a JSON object") from None
        return dict(found)
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(identity.strip() and key.strip() for identity, _, key in pairs):
        raise ConfigurationError("GRAPHWIRE_AUTH_API_KEYS: expected `identity=key`, with commas")
    return _without_repeats([(key.strip(), identity.strip()) for identity, _, key in pairs])


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ConfigurationError("GRAPHWIRE_AUTH_API_KEYS: a key is listed twice")
    return dict(pairs)
