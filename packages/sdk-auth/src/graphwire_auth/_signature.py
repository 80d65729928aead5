"""Keys and algorithms of tokens: which go together, and which are too weak to be used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from graphwire_auth.exceptions import ConfigurationError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["StaticKey", "algorithm_names", "load_pyjwt", "public_key"]

SYMMETRIC = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Algorithms that sign with a secret, and how many bytes it needs (RFC 7518, 3.2)."""
ASYMMETRIC = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
}
"""Algorithms that sign with a private key, and the type of their keys."""
MIN_RSA_BITS = 2048


def load_pyjwt() -> Any:
    """Import PyJWT when it is first needed.

    Raises:
        MissingPackageError: It is not installed.
    """
    try:
        return importlib.import_module("jwt")
    except ImportError as error:
        raise MissingPackageError("tokens need PyJWT: install graphwire-auth[jwt]") from error


def algorithm_names(asked: Sequence[str] | None, *, symmetric: bool) -> list[str]:
    """Return the algorithms to accept.

    A secret and a public key are never accepted together: a public key is no secret, and would
    verify whatever somebody signed with it as if it were one.

    Raises:
        ConfigurationError: An algorithm is unknown, is `none`, or does not fit the key.
    """
    known = list(SYMMETRIC if symmetric else ASYMMETRIC)
    if asked is None:
        return ["HS256"] if symmetric else known
    if isinstance(asked, str) or not asked:
        raise ConfigurationError("algorithms: expected a list of at least one name")
    if wrong := [name for name in asked if name not in known]:
        raise ConfigurationError(
            f"algorithms: {', '.join(map(str, wrong))} cannot be used with this kind of key; "
            f"expected some of {', '.join(known)}"
        )
    return list(asked)


class StaticKey:
    """One key from the configuration: a secret, or a public key in PEM."""

    def __init__(self, material: str | bytes, algorithms: Sequence[str]) -> None:
        raw = material.encode() if isinstance(material, str) else material
        needed = max((SYMMETRIC.get(name, 0) for name in algorithms), default=0)
        if needed and len(raw) < needed:
            raise ConfigurationError(f"secret: expected at least {needed} bytes, got {len(raw)}")
        self.key: Any = raw if needed else _from_pem(raw, algorithms)

    def __repr__(self) -> str:
        return "StaticKey()"


def _from_pem(raw: bytes, algorithms: Sequence[str]) -> Any:
    # Literal line breaks as `\\n` are what survives in most environment files.
    pem = raw.replace(b"\\n", b"\n")
    if b"PRIVATE" in pem:
        raise ConfigurationError("public_key: this is a private key; a server needs the public one")
    for name in algorithms:
        key = _prepared(name, pem)
        if key is not None:
            return key
    raise ConfigurationError(
        f"public_key: expected a PEM key for {', '.join(algorithms)}, RSA of {MIN_RSA_BITS} bits "
        "or more"
    )


def public_key(found: Mapping[str, Any], algorithm: str) -> Any:
    """Make the key of a key set usable for `algorithm`; `None` where it is not.

    A key of another type, a broken one and a weak one are all of no use.
    """
    if found.get("kty") != ASYMMETRIC.get(algorithm):
        return None
    public = {name: value for name, value in found.items() if name != "d"}
    try:
        return _strong(load_pyjwt().PyJWK(public, algorithm).key)
    except Exception:  # noqa: BLE001  # whatever a broken key brings about
        return None


def _prepared(algorithm: str, pem: bytes) -> Any:
    try:
        key = load_pyjwt().get_algorithm_by_name(algorithm).prepare_key(pem)
    except Exception:  # noqa: BLE001  # a key of another type, or no key at all
        return None
    return _strong(key)


def _strong(key: Any) -> Any:
    bits = getattr(key, "key_size", MIN_RSA_BITS)
    rsa = type(key).__name__.startswith(("RSA", "_RSA"))
    return None if rsa and bits < MIN_RSA_BITS else key
