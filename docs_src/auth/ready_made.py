"""Ready-made authenticators and the ready-made policy: no code of your own."""

from graphwire_auth import Auth
from graphwire_auth.api_keys import ApiKeys, hash_key
from graphwire_auth.jwt import JWTBearer
from graphwire_auth.ownership import Ownership
from graphwire_auth.schemes import AnyOf


def build(key: str) -> Auth:
    """Let in people with tokens of an identity provider, and one robot with an API key."""
    auth = Auth()
    auth.authenticate(
        AnyOf(
            JWTBearer(
                jwks_url="https://id.example.com/.well-known/jwks.json",
                algorithms=["RS256"],
                audience="agents",
                issuer="https://id.example.com/",
                claims=["org"],
            ),
            ApiKeys({hash_key(key): {"identity": "robot", "permissions": ["admin"]}}),
        )
    )
    auth.on(Ownership(field="owner", admin="admin", system_assistants=True))
    return auth
