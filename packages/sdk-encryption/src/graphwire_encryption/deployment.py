"""`graphwire_encryption.deployment:encryption`: configured by environment variables alone.

```
GRAPHWIRE_ENCRYPTION_KEYS        id:base64, or tenant/id:base64; the first one writes
GRAPHWIRE_ENCRYPTION_KEYS_FILE   a ring in a file instead
GRAPHWIRE_ENCRYPTION_PROVIDER    `local`, or the name of a plugin's key provider
GRAPHWIRE_ENCRYPTION_TENANT      `none`, `header`, or `user.<attribute>`
GRAPHWIRE_ENCRYPTION_READABLE    keys that stay readable: `owner, store:kind, thread.metadata:team`
GRAPHWIRE_ENCRYPTION_PLAINTEXT   `refuse`, or `accept` while old data is taken over
```

Plugins may register handlers of their own; where none does, AES-256-GCM is installed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from graphwire_encryption._encryption import Encryption
from graphwire_encryption._handlers import Kind
from graphwire_encryption._plugins import Plugins
from graphwire_encryption.aesgcm import AesGcm, FieldPolicy, LocalKeys
from graphwire_encryption.exceptions import ConfigurationError, ContextError
from graphwire_encryption.hooks import KeyProviderRegistry

if TYPE_CHECKING:
    from graphwire_encryption._context import EncryptionContext
    from graphwire_encryption.aesgcm import KeyProvider
    from graphwire_encryption.types import ContextHandler

__all__ = ["build", "encryption"]

PREFIX = "GRAPHWIRE_ENCRYPTION_"
TENANT = "tenant_id"


def build(environ: Mapping[str, str] | None = None, plugins: Plugins | None = None) -> Encryption:
    """Make the encryption that the environment describes.

    Raises:
        ConfigurationError: A variable is missing or wrong.
        PluginError: A plugin failed.
    """
    environ = os.environ if environ is None else environ
    plugins = plugins or Plugins.discover(environ)
    made = Encryption()
    plugins.add_handlers(made)
    found = [kind for kind in made.handlers.kinds() if kind is not Kind.CONTEXT]
    if not found:
        _install(made, environ, plugins)
    elif len(found) < len(Kind) - 1:
        names = ", ".join(kind.value for kind in found)
        raise ConfigurationError(f"plugins register {names}: expected all four handlers, or none")
    return made


def _install(made: Encryption, environ: Mapping[str, str], plugins: Plugins) -> None:
    tenant = environ.get(f"{PREFIX}TENANT", "none").strip()
    own_context = Kind.CONTEXT in made.handlers
    fields = FieldPolicy(
        **_readable(environ.get(f"{PREFIX}READABLE", "")),
        plaintext=cast("Any", environ.get(f"{PREFIX}PLAINTEXT", "refuse").strip()),
    )
    entry = None if tenant == "none" and not own_context else TENANT
    AesGcm(_provider(environ, plugins), fields=fields, tenant=entry).install(made)
    if not own_context:
        made.context(_context(tenant))


def _provider(environ: Mapping[str, str], plugins: Plugins) -> KeyProvider:
    registry = KeyProviderRegistry()
    registry.add("local", LocalKeys.from_environment)
    plugins.add_key_providers(registry)
    name = environ.get(f"{PREFIX}PROVIDER", "local").strip()
    factory = registry.get(name)
    if factory is None:
        known = ", ".join(registry.names())
        raise ConfigurationError(f"{PREFIX}PROVIDER: expected one of {known}, got {name!r}")
    return factory(environ)


def _context(tenant: str) -> ContextHandler:
    source, _, attribute = tenant.partition(".")
    if source == "user" and attribute.isidentifier():
        return _from_user(attribute)
    if tenant == "header":
        return _from_header
    if tenant == "none":
        return _nothing
    raise ConfigurationError(
        f"{PREFIX}TENANT: expected none, header or user.<attribute>, got {tenant!r}"
    )


def _from_user(attribute: str) -> ContextHandler:
    async def context(user: Any, ctx: EncryptionContext) -> dict[str, Any]:  # noqa: ARG001
        found = user.get(attribute) if isinstance(user, Mapping) else getattr(user, attribute, None)
        if not isinstance(found, str) or not found:
            raise ContextError(f"the user has no {attribute!r}, which names the tenant")
        return {TENANT: found}

    return context


async def _from_header(_user: Any, ctx: EncryptionContext) -> dict[str, Any]:
    return {TENANT: ctx.metadata[TENANT]} if TENANT in ctx.metadata else {}


async def _nothing(_user: Any, _ctx: EncryptionContext) -> dict[str, Any]:
    return {}


def _readable(text: str) -> dict[str, Any]:
    everywhere: list[str] = []
    places: dict[str, list[str]] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        place, colon, name = item.rpartition(":")
        (places.setdefault(place.strip(), []) if colon else everywhere).append(name.strip())
    return {"readable": everywhere, "readable_in": places}


def __getattr__(name: str) -> Encryption:
    # Made when the server asks for it, so that importing `build` needs no environment.
    if name != "encryption":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()["encryption"] = build()
    return made


if TYPE_CHECKING:
    encryption: Encryption
