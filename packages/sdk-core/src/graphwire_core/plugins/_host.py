"""The plugins of one client: found, loaded, asked once, and kept to be listed."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any, Literal, TypeVar

import pluggy

from graphwire_core._arguments import describe
from graphwire_core._callers import warn_caller
from graphwire_core.errors import PluginError
from graphwire_core.plugins import _builtin
from graphwire_core.plugins._builder import ClientBuilder
from graphwire_core.plugins._discovery import installed, selected
from graphwire_core.plugins._registries import (
    CacheRegistry,
    CodecRegistry,
    CredentialsRegistry,
    MiddlewareRegistry,
    Registry,
    TransportRegistry,
)
from graphwire_core.plugins._specs import ELSEWHERE, PROJECT, CoreHooks
from graphwire_core.settings import ClientSettings

__all__ = ["PluginHost", "PluginInfo", "PluginWarning"]

Origin = Literal["built-in", "discovered", "explicit"]
R = TypeVar("R", bound=Registry[Any])

_PRECEDENCE: dict[Origin, int] = {"built-in": 0, "discovered": 1, "explicit": 2}
HOOK_SECONDS = 5.0
"""How long a hook may take; it registers objects, and waits for nothing."""


class PluginWarning(UserWarning):
    """An installed plugin could not be used, and was left out."""


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin of a client."""

    name: str
    origin: Origin
    distribution: str | None = None
    """Distribution that installed it; `None` for one that was passed in."""
    version: str | None = None
    hooks: tuple[str, ...] = ()
    """Hooks that it implements."""

    @property
    def label(self) -> str:
        """Name for messages: the plugin, and its distribution where there is one."""
        made_by = f" of {self.distribution} {self.version}" if self.distribution else ""
        return f"plugin {self.name!r}{made_by}"


class PluginHost:
    """One pluggy manager per client, behind typed registries."""

    def __init__(
        self,
        explicit: Iterable[object] = (),
        *,
        allow: frozenset[str] | None = None,
        block: frozenset[str] = frozenset(),
        settings: ClientSettings | None = None,
    ) -> None:
        self.builder = ClientBuilder() if settings is None else ClientBuilder.of(settings)
        self.transports = TransportRegistry()
        self.credentials = CredentialsRegistry()
        self.codecs = CodecRegistry()
        self.middleware = MiddlewareRegistry()
        self.caches = CacheRegistry()
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(CoreHooks)
        self._plugins: list[PluginInfo] = []
        self._objects: list[object] = []
        self._elsewhere: dict[type, Registry[Any]] = {}
        passed = list(explicit)
        self._add(PluginInfo("built-in", "built-in"), _builtin)
        for point in selected(installed(), allow, block):
            self._discover(point, passed)
        for plugin in passed:
            self._add(PluginInfo(_name_of(plugin), "explicit"), plugin)

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """The plugins in use, the built-in one first."""
        return tuple(self._plugins)

    def ask(self, hooks: type, registry: R, built_in: object) -> R:
        """Ask the plugins for what they register with the hook of a sibling package, once.

        Args:
            hooks: Specification of the hook.
            registry: What they register into.
            built_in: The sibling's own plugin, which comes first.

        Raises:
            PluginError: A plugin that was passed in is broken; an installed one is left out.
        """
        if hooks not in self._elsewhere:
            hook = next(name for name in vars(hooks) if name.startswith(PROJECT))
            own = PluginInfo("built-in", "built-in", hooks=(hook,))
            for info, plugin in [(own, built_in), *zip(self._plugins, self._objects, strict=True)]:
                try:
                    for mine, new in self._asked(info, plugin, {hook: registry}):
                        mine.take(new)
                except PluginError as error:
                    if info.origin != "discovered":
                        raise
                    warn_caller(f"{error.message}; it is left out", PluginWarning)
            self._elsewhere.setdefault(hooks, registry)
        asked: R = self._elsewhere[hooks]  # type: ignore[assignment]  # made for these hooks
        return asked

    def _discover(self, point: EntryPoint, passed: Sequence[object]) -> None:
        """Load and add an installed plugin; one that is broken is left out with a warning."""
        info = _info_of(point)
        try:
            plugin = _loaded(info, point)
            if not any(plugin is one for one in passed):  # passed in as well: that one counts
                self._add(info, plugin)
        except PluginError as error:
            warn_caller(f"{error.message}; it is left out", PluginWarning)

    def _add(self, info: PluginInfo, plugin: object) -> None:
        """Ask a plugin for what it registers; of one that is broken nothing is kept."""
        plugin = _instance(info, plugin)
        info = replace(info, hooks=self._hooks_of(info, plugin))
        for name, known in self._manager.list_name_plugin():
            if known is plugin:
                raise PluginError(f"{info.label} is here already, as {name}")
        staged = self._asked(info, plugin, self._registries())
        try:
            self._manager.register(plugin, name=f"{info.origin}:{info.name}:{len(self._plugins)}")
        except Exception as error:
            raise PluginError(f"{info.label}: {_said(error)}") from error
        for registry, own in staged:
            registry.take(own)
        self._plugins.append(info)
        self._objects.append(plugin)

    def _hooks_of(self, info: PluginInfo, plugin: object) -> tuple[str, ...]:
        known = sorted(hook for hook in dir(CoreHooks) if hook.startswith(PROJECT))
        hooks = []
        for name in dir(plugin):
            try:
                marked = self._manager.parse_hookimpl_opts(plugin, name) is not None
                hook = name in known or name in ELSEWHERE
                unmarked = not marked and hook and callable(getattr(plugin, name))
            except Exception as error:
                raise PluginError(f"{info.label}: {name}: {_said(error)}") from error
            if marked and name not in ELSEWHERE and name not in known:
                raise PluginError(f"{info.label}: no hook {name!r}; known: {', '.join(known)}")
            if unmarked:
                raise PluginError(f"{info.label}, hook {name}: expected the decorator @hookimpl")
            if marked:
                hooks.append(name)
        if not hooks:
            raise PluginError(f"{info.label} implements no hook; got {describe(plugin)}")
        return tuple(hooks)

    def _registries(self) -> dict[str, Registry[Any]]:
        return {
            "graphwire_configure": self.builder,
            "graphwire_register_transports": self.transports,
            "graphwire_register_credentials": self.credentials,
            "graphwire_register_codecs": self.codecs,
            "graphwire_register_middleware": self.middleware,
            "graphwire_register_caches": self.caches,
        }

    def _asked(
        self, info: PluginInfo, plugin: object, registries: Mapping[str, Registry[Any]]
    ) -> list[tuple[Registry[Any], Registry[Any]]]:
        """Call the hooks of a plugin; return each registry with what is new for it."""
        asked = []
        for hook in (name for name in registries if name in info.hooks):
            registry = registries[hook]
            # Its own, until the hook is over: one that fails or hangs leaves nothing behind.
            named = info.label if registry is self.builder else info.name
            staged = registry.stage(named, _PRECEDENCE[info.origin])
            _call(info, hook, getattr(plugin, hook), staged)
            try:
                registry.check(staged)
            except PluginError as error:
                raise PluginError(f"{info.label}, hook {hook}: {error.message}") from error
            asked.append((registry, staged))
        return asked


def _info_of(point: EntryPoint) -> PluginInfo:
    try:
        distribution = point.dist
        names = (distribution.name, distribution.version) if distribution else (None, None)
    except Exception:  # noqa: BLE001  # metadata that is cut or missing
        names = (None, None)
    return PluginInfo(point.name, "discovered", *names)


def _loaded(info: PluginInfo, point: EntryPoint) -> object:
    try:
        return point.load()
    except (Exception, SystemExit) as error:
        raise PluginError(f"{info.label} could not be imported: {_said(error)}") from error


def _instance(info: PluginInfo, plugin: object) -> object:
    if not inspect.isclass(plugin):
        return plugin
    made: list[object] = []
    _bounded(f"{info.label}: {plugin.__name__}()", lambda: made.append(plugin()))
    return made[0]


def _name_of(plugin: object) -> str:
    name = getattr(plugin, "__name__", None) or type(plugin).__name__
    return str(name)


def _call(info: PluginInfo, hook: str, function: Callable[..., object], registry: object) -> None:
    where = f"{info.label}, hook {hook}"
    name = "builder" if isinstance(registry, ClientBuilder) else "registry"
    if list(inspect.signature(function).parameters) != [name]:
        raise PluginError(f"{where}: expected one parameter, named {name}")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise PluginError(f"{where}: expected a plain function, got one that never runs")
    call = partial(function, **{name: registry})
    if info.origin == "built-in":
        call()
    else:
        _bounded(where, call)


def _bounded(where: str, call: Callable[[], object]) -> None:
    """Call code of a plugin; one that fails or hangs is an error that names it."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  # whatever the plugin raises is reported
            failures.append(error)

    thread = threading.Thread(target=run, name=f"graphwire {where}", daemon=True)
    thread.start()
    thread.join(HOOK_SECONDS)
    if thread.is_alive():
        raise PluginError(f"{where} did not return within {HOOK_SECONDS:g} s")
    if failures:
        raise PluginError(f"{where}: {_said(failures[0])}") from failures[0]


def _said(error: BaseException) -> str:
    if isinstance(error, PluginError):
        return error.message
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
