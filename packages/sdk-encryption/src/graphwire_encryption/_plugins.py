"""Finding and calling plugins.

Whatever goes wrong stops the deployment: encryption that is half set up could store plaintext.
"""

from __future__ import annotations

from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from pluggy import PluginManager

from graphwire_encryption import hooks
from graphwire_encryption._describe import describe
from graphwire_encryption.exceptions import EncryptionError, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from graphwire_encryption._encryption import Encryption

__all__ = ["Plugins"]

GROUP = "graphwire"
ALLOWED = "GRAPHWIRE_PLUGINS"
BLOCKED = "GRAPHWIRE_PLUGINS_BLOCK"
REMEDY = f"mend it, or leave it out with {BLOCKED}"


class Plugins:
    """The plugins of one deployment.

    Raises:
        PluginError: A plugin cannot be loaded, or has a hook with other arguments.
    """

    def __init__(self, plugins: Mapping[str, object]) -> None:
        self._manager = PluginManager(GROUP)
        self._manager.add_hookspecs(hooks)
        for name, plugin in plugins.items():
            _guarded(name, "register", partial(self._manager.register, plugin, name))

    @classmethod
    def discover(
        cls, environ: Mapping[str, str], *, points: Iterable[EntryPoint] | None = None
    ) -> Plugins:
        """Load the installed plugins that the environment allows."""
        found = entry_points(group=GROUP) if points is None else points
        loaded = {}
        for point in sorted(found, key=lambda each: each.name):
            if _allows(environ, point.name):
                loaded[point.name] = _guarded(_origin(point), "load", point.load)
        return cls(loaded)

    def names(self) -> list[str]:
        """Return the names of all plugins, sorted."""
        return sorted(name for name, _ in self._manager.list_name_plugin())

    def add_handlers(self, encryption: Encryption) -> None:
        """Let every plugin register handlers."""
        self._call("graphwire_encryption_handlers", encryption=encryption)

    def add_key_providers(self, registry: hooks.KeyProviderRegistry) -> None:
        """Let every plugin register key providers."""
        self._call("graphwire_register_key_providers", registry=registry)

    def _call(self, hook: str, **arguments: object) -> None:
        # One by one rather than through the hook, so that an error can name its plugin.
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            given = {name: arguments[name] for name in implementation.argnames}
            _guarded(implementation.plugin_name, hook, partial(implementation.function, **given))


def _allows(environ: Mapping[str, str], name: str) -> bool:
    allowed = environ.get(ALLOWED)
    if name in _split(environ.get(BLOCKED, "")):
        return False
    return allowed is None or name in _split(allowed)


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _origin(point: EntryPoint) -> str:
    return f"{point.name} of {point.dist.name}" if point.dist else point.name


def _guarded(name: str, what: str, call: Callable[[], object]) -> object:
    try:
        return call()
    except EncryptionError as error:
        error.add_note(f"in plugin {name}: {what}")
        raise
    except ImportError as error:
        raise PluginError(f"plugin {name}: {error}; {REMEDY}") from error
    except Exception as error:  # noqa: BLE001  # a stranger's code may raise anything
        problem = describe(error)
    raise PluginError(f"plugin {name}: {what} failed: {problem}; {REMEDY}")
