"""Which cache keeps the values: the one named, a plugin's, the server's, or the memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.core.plugins.faked import SitePackages

from graphwire_core.cache import _choice, cache_get, cache_set, swr, sync_cache_get, sync_cache_set
from graphwire_core.errors import ConfigurationError, PluginError

PLUGIN = """
    class Shelf:
        def __init__(self): self.kept = {}
        def get(self, key): return self.kept.get(key)
        def set(self, key, text, lifetime): self.kept[key] = text

    class AsyncShelf(Shelf):
        async def get(self, key): return super().get(key)
        async def set(self, key, text, lifetime): super().set(key, text, lifetime)

    SHELF, ASYNC = Shelf(), AsyncShelf()

    @hookimpl
    def graphwire_register_caches(registry):
        registry.add("shelf", make_async=lambda: ASYNC, make_sync=lambda: SHELF)
        registry.add("half", make_async=lambda: ASYNC, rank=-1)
        registry.add("broken", make_sync=lambda: {}["password"], rank=-1)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SitePackages]:
    """A folder to install plugins into, and caches that are chosen anew."""
    monkeypatch.delenv("GRAPHWIRE_CACHE", raising=False)
    monkeypatch.delenv("GRAPHWIRE_PLUGINS", raising=False)
    site = SitePackages(tmp_path, monkeypatch)
    _forget()
    yield site
    _forget()
    site.forget()


def _forget() -> None:
    _choice._providers.cache_clear()
    _choice._made.cache_clear()


def chosen() -> tuple[str, str]:
    pair = _choice.AsyncChoice(None).backend(), _choice.Choice(None).backend()
    return type(pair[0]).__name__, type(pair[1]).__name__


def test_outside_of_a_server_the_memory_of_the_process_is_used(site: SitePackages) -> None:
    assert chosen() == ("AsyncLocalCache", "LocalCache")


def test_inside_of_a_server_its_cache_is_used(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_choice, "inside_server", lambda: True)
    assert chosen() == ("AsyncServerCache", "ServerCache")
    monkeypatch.setenv("GRAPHWIRE_CACHE", "local")
    assert chosen() == ("AsyncLocalCache", "LocalCache")


async def test_a_plugin_s_cache_goes_before_both(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("shelf", PLUGIN)
    monkeypatch.setattr(_choice, "inside_server", lambda: True)
    assert chosen() == ("AsyncShelf", "Shelf")
    await cache_set("key", {"n": 1})
    sync_cache_set("key", {"n": 2})
    assert await cache_get("key") == {"n": 1}
    assert sync_cache_get("key") == {"n": 2}

    async def load() -> int:
        return 3

    assert (await swr("key", load)).status == "miss"
    assert (await swr("key", load)).status == "stale"


def test_the_variable_names_one(site: SitePackages, monkeypatch: pytest.MonkeyPatch) -> None:
    site.install("shelf", PLUGIN)
    monkeypatch.setenv("GRAPHWIRE_CACHE", "local")
    assert chosen() == ("AsyncLocalCache", "LocalCache")


async def test_a_name_that_nobody_registered_is_an_error_that_lists_the_others(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHWIRE_CACHE", "redis")
    said = "environment GRAPHWIRE_CACHE: there is no cache 'redis'; registered: local, server"
    with pytest.raises(ConfigurationError, match=said):
        await cache_get("key")


async def test_the_server_s_cache_outside_of_a_server_is_an_error(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHWIRE_CACHE", "server")
    with pytest.raises(ConfigurationError, match="no LangGraph server in this process"):
        await cache_get("key")
    with pytest.raises(ConfigurationError, match="no LangGraph server in this process"):
        sync_cache_set("key", 1)


def test_a_cache_without_the_caller_s_colour_is_an_error(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("shelf", PLUGIN)
    monkeypatch.setenv("GRAPHWIRE_CACHE", "half")
    with pytest.raises(ConfigurationError, match="cache 'half' has no form for sync callers"):
        sync_cache_get("key")


def test_a_cache_that_cannot_be_made_is_an_error_without_its_secrets(
    site: SitePackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.install("shelf", PLUGIN)
    monkeypatch.setenv("GRAPHWIRE_CACHE", "broken")
    with pytest.raises(PluginError, match=r"^cache 'broken' could not be made: KeyError$"):
        sync_cache_get("key")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("registry.add('x')", "cache 'x': expected make_async or make_sync, got neither"),
        ("registry.add('x', make_sync=3)", "cache 'x': expected a function, got int 3"),
        ("registry.add('x', make_sync=dict, rank='1')", "cache 'x': expected a rank"),
    ],
)
def test_a_plugin_that_registers_no_cache_is_left_out_with_a_warning(
    site: SitePackages, code: str, said: str
) -> None:
    site.install("wrong", f"@hookimpl\ndef graphwire_register_caches(registry):\n    {code}\n")
    with pytest.warns(UserWarning, match=said):
        assert chosen() == ("AsyncLocalCache", "LocalCache")
