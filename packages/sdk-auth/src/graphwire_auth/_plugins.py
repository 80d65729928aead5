"""Find installed plugins and let them register their handlers.

A plugin that is broken stops the deployment: leaving it out would leave out its rules.
"""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

import pluggy

from graphwire_auth.exceptions import PluginError
from graphwire_auth.hooks import PROJECT, AuthHooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graphwire_auth._auth import Auth

__all__ = ["AuthPlugin", "add_plugins"]

HOOK = "graphwire_auth_handlers"


@dataclass(frozen=True, slots=True)
class AuthPlugin:
    """A plugin that registered handlers."""

    name: str
    distribution: str | None
    version: str | None

    def __str__(self) -> str:
        made_by = f" of {self.distribution} {self.version}" if self.distribution else ""
        return f"plugin {self.name!r}{made_by}"


def add_plugins(
    auth: Auth,
    *,
    environ: Mapping[str, str] | None = None,
    installed: Iterable[EntryPoint] | None = None,
) -> list[AuthPlugin]:
    """Call the hook of every installed plugin that has it; return those plugins.

    `GRAPHWIRE_PLUGINS` lists the only ones to load (empty: none), `GRAPHWIRE_PLUGINS_BLOCK` those
    not to load.

    Raises:
        PluginError: One cannot be imported, fails, or is listed and not there.
    """
    environ = os.environ if environ is None else environ
    points = sorted(
        entry_points(group=PROJECT) if installed is None else installed, key=lambda p: p.name
    )
    allow = _listed(environ, "GRAPHWIRE_PLUGINS")
    block = _listed(environ, "GRAPHWIRE_PLUGINS_BLOCK") or set()
    if missing := (allow or set()) - {point.name for point in points}:
        raise PluginError(f"GRAPHWIRE_PLUGINS: not installed: {', '.join(sorted(missing))}")
    chosen = [p for p in points if (allow is None or p.name in allow) and p.name not in block]
    return [plugin for point in chosen if (plugin := _add(auth, point))]


def _listed(environ: Mapping[str, str], name: str) -> set[str] | None:
    found = environ.get(name)
    return None if found is None else {part.strip() for part in found.split(",") if part.strip()}


def _add(auth: Auth, point: EntryPoint) -> AuthPlugin | None:
    dist = point.dist
    info = AuthPlugin(point.name, dist.name if dist else None, dist.version if dist else None)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(AuthHooks)
    try:
        loaded = point.load()
        plugin = loaded() if inspect.isclass(loaded) else loaded
        if manager.parse_hookimpl_opts(plugin, HOOK) is None:
            return None
        manager.register(plugin)
        manager.hook.graphwire_auth_handlers(auth=auth)
    except Exception as error:
        raise PluginError(
            f"{info}, hook {HOOK}: {type(error).__name__}: {error}; a deployment does not start "
            "without the rules of its plugins (GRAPHWIRE_PLUGINS_BLOCK leaves one out)"
        ) from error
    return info
