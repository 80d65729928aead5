"""Hooks by which an installed package adds handlers or key providers to a deployment.

A package names a module in its entry points, group `graphwire`; functions in it marked with
`hookimpl` are called by `graphwire_encryption.deployment`, once, when the server starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pluggy import HookimplMarker, HookspecMarker

from graphwire_encryption.exceptions import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphwire_encryption._encryption import Encryption
    from graphwire_encryption.aesgcm import KeyProvider

    Factory: TypeAlias = Callable[[Mapping[str, str]], KeyProvider]

__all__ = [
    "KeyProviderRegistry",
    "graphwire_encryption_handlers",
    "graphwire_register_key_providers",
    "hookimpl",
]

hookspec = HookspecMarker("graphwire")
hookimpl = HookimplMarker("graphwire")


class KeyProviderRegistry:
    """Key providers by name; `GRAPHWIRE_ENCRYPTION_PROVIDER` picks one."""

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}

    def add(self, name: str, factory: Factory) -> None:
        """Register a function that makes a key provider out of environment variables.

        Raises:
            PluginError: The name is taken.
        """
        if name in self._factories:
            raise PluginError(f"key provider {name!r} is registered twice")
        self._factories[name] = factory

    def get(self, name: str) -> Factory | None:
        """Return the function registered under a name."""
        return self._factories.get(name)

    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted(self._factories)


@hookspec
def graphwire_encryption_handlers(encryption: Encryption) -> None:
    """Register handlers, a context handler included, on the deployment's `encryption`."""


@hookspec
def graphwire_register_key_providers(registry: KeyProviderRegistry) -> None:
    """Register key providers, such as one for a KMS."""
