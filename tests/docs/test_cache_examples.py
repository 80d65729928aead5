"""The examples of docs/cache.md: outside of a server, inside of the real one, and a plugin."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from docs_src.cache import plugin, rates

from graphwire import get_sync_client
from graphwire_core.cache import AsyncCache, Cache
from graphwire_core.plugins import PluginHost
from graphwire_core.testing import DevServer

GRAPH = Path(__file__).resolve().parents[2] / "docs_src" / "cache" / "graph.py"


async def test_fifty_callers_load_a_rate_once() -> None:
    assert await rates.main() == ["miss", "fresh"]


def test_the_nodes_use_the_server_s_cache(server: DevServer) -> None:
    name = f"forecast-{uuid4()}"
    server.register(name, f"{GRAPH}:graph")
    try:
        with get_sync_client(server.url, trust_env=False) as client:
            runs = [client.runs.wait(None, name, input={"city": name}) for _ in range(2)]
    finally:
        server.forget(name)
    assert [run["statuses"] for run in runs] == [["miss", "miss"], ["fresh", "fresh"]]
    assert runs[0]["celsius"] == 21


async def test_the_plugin_s_cache_keeps_values_for_both_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    provider = PluginHost([plugin]).caches.values()["folder"]
    assert provider.make_async is not None
    assert provider.make_sync is not None
    await AsyncCache(provider.make_async()).set("key", {"n": 1})
    assert Cache(provider.make_sync()).get("key") == {"n": 1}
    assert Cache(provider.make_sync()).get("other") is None
