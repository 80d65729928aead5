"""A deployment made of plugins and environment variables, or none at all."""

import importlib
import json
import subprocess
import sys
import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.auth.conftest import HERE

from graphwire_auth import Auth, HTTPException
from graphwire_auth._plugins import add_plugins
from graphwire_auth.api_keys import hash_key
from graphwire_auth.deployment import build
from graphwire_auth.exceptions import ConfigurationError, PluginError
from graphwire_auth.testing import authenticate, check, coverage
from graphwire_core.testing import DevServer, ServerStartError

ADA, BOB, ROOT = (f"key-of-{name}-0123456789" for name in ("ada", "bob", "root"))
KEYS = {"GRAPHWIRE_AUTH_API_KEYS": f"ada={ADA},bob={BOB}"}
ALONE = {"GRAPHWIRE_PLUGINS": ""}

PLUGINS = {
    "rules": """
        from graphwire_auth.hooks import hookimpl

        @hookimpl
        def graphwire_auth_handlers(auth):
            @auth.on.threads.delete
            async def nobody_deletes(ctx, value):
                return False
    """,
    "everything": """
        from graphwire_auth.hooks import hookimpl

        class Plugin:
            @hookimpl
            def graphwire_auth_handlers(self, auth):
                @auth.authenticate
                async def by_name(authorization):
                    return authorization

                @auth.on
                async def only_ada(ctx, value):
                    return ctx.user.identity == "ada"
    """,
    "client_only": """
        from graphwire_auth.hooks import hookimpl

        @hookimpl
        def graphwire_register_transports(registry): ...
    """,
    "broken": "raise RuntimeError('no licence')",
    "failing": """
        from graphwire_auth.hooks import hookimpl

        @hookimpl
        def graphwire_auth_handlers(auth):
            auth.on.threads.delete(lambda ctx, value: None)
    """,
}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Install plugins by name, as distributions would."""
    monkeypatch.syspath_prepend(tmp_path)
    names: list[str] = []

    def install(*wanted: str) -> list[EntryPoint]:
        for name in wanted:
            (tmp_path / f"gw_{name}.py").write_text(textwrap.dedent(PLUGINS[name]))
            metadata = tmp_path / f"gw_{name}-1.2.dist-info"
            metadata.mkdir()
            suffix = ":Plugin" if "class Plugin" in PLUGINS[name] else ""
            (metadata / "entry_points.txt").write_text(f"[graphwire]\n{name} = gw_{name}{suffix}\n")
            (metadata / "METADATA").write_text(f"Name: gw-{name}\nVersion: 1.2\n")
            names.append(f"gw_{name}")
        importlib.invalidate_caches()
        return []

    yield install
    for name in names:
        sys.modules.pop(name, None)


def test_nothing_configured_refuses_to_start() -> None:
    with pytest.raises(ConfigurationError, match="nothing says who may call this deployment"):
        build(ALONE)
    with pytest.raises(ConfigurationError, match="no rule is registered"):
        build(ALONE | KEYS | {"GRAPHWIRE_AUTH_OWNERSHIP": "off"})


async def test_the_environment_alone_makes_a_deployment() -> None:
    keys = json.dumps({ADA: "ada", ROOT: {"identity": "root", "permissions": ["admin"]}})
    environ = {"GRAPHWIRE_AUTH_API_KEYS": keys, "GRAPHWIRE_AUTH_OWNERSHIP": "creator"}
    auth = build(ALONE | environ | {"GRAPHWIRE_AUTH_ADMIN_PERMISSION": "admin"})
    assert coverage(auth).complete
    ada = await authenticate(auth, headers={"X-API-Key": ADA})
    root = await authenticate(auth, headers={"Authorization": f"Bearer {ROOT}"})
    mine = await check(auth, user=ada, resource="threads", action="read")
    assert mine.filter == {"creator": "ada"}
    assert (await check(auth, user=root, resource="threads", action="read")).filter is None


async def test_several_schemes_of_the_environment_work_together() -> None:
    secret = {"GRAPHWIRE_AUTH_JWT_SECRET": "0123456789abcdef0123456789abcdef"}
    auth = build(ALONE | KEYS | secret)
    assert (await authenticate(auth, headers={"Authorization": f"Bearer {BOB}"})).identity == "bob"
    with pytest.raises(HTTPException, match="401"):
        await authenticate(auth, headers={"Authorization": "Bearer a.b.c"})


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"GRAPHWIRE_AUTH_STUDIO": "perhaps"}, "GRAPHWIRE_AUTH_STUDIO: expected yes or no"),
        ({"GRAPHWIRE_AUTH_OWNERSHIP": "$owner"}, "cannot hold an owner"),
        ({"GRAPHWIRE_AUTH_JWT_SECRET": "short"}, "at least 32 bytes"),
    ],
)
def test_a_wrong_setting_refuses_to_start(environ: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build(ALONE | KEYS | environ)


async def test_a_plugin_adds_rules_and_ownership_covers_the_rest(installed: Any) -> None:
    installed("rules", "client_only")
    auth = build(KEYS | {"GRAPHWIRE_PLUGINS": "rules,client_only"})
    report = coverage(auth)
    assert report.rules["threads.delete"] == "nobody_deletes"
    assert report.rules["threads.read"] == "Ownership"
    refused = await check(auth, user="ada", resource="threads", action="delete")
    assert not refused.allowed


async def test_a_plugin_may_bring_everything(installed: Any) -> None:
    installed("everything")
    auth = build({"GRAPHWIRE_PLUGINS": "everything"})
    assert (await authenticate(auth, headers={"Authorization": "eve"})).identity == "eve"
    assert not (await check(auth, user="eve", resource="threads", action="read")).allowed
    assert (await check(auth, user="ada", resource="store", action="get")).allowed


def test_a_plugin_and_the_environment_must_not_contradict_each_other(installed: Any) -> None:
    installed("everything")
    allowed = {"GRAPHWIRE_PLUGINS": "everything"}
    with pytest.raises(ConfigurationError, match="brings the authenticator by_name"):
        build(allowed | KEYS)
    with pytest.raises(ConfigurationError, match="GRAPHWIRE_AUTH_OWNERSHIP would decide nothing"):
        build(allowed | {"GRAPHWIRE_AUTH_OWNERSHIP": "owner"})


@pytest.mark.parametrize(
    ("name", "message"),
    [("broken", "RuntimeError: no licence"), ("failing", "a rule must be `async def`")],
)
def test_a_broken_plugin_stops_the_deployment_and_is_named(
    installed: Any, name: str, message: str
) -> None:
    installed(name)
    with pytest.raises(PluginError, match=message) as caught:
        build(KEYS | {"GRAPHWIRE_PLUGINS": name})
    assert str(caught.value).startswith(f"plugin '{name}' of gw-{name} 1.2, hook graphwire_auth")
    assert "GRAPHWIRE_PLUGINS_BLOCK" in str(caught.value)


def test_lists_choose_the_plugins(installed: Any) -> None:
    installed("rules", "broken")
    found = add_plugins(Auth(), environ={"GRAPHWIRE_PLUGINS": "rules"})
    assert [str(plugin) for plugin in found] == ["plugin 'rules' of gw-rules 1.2"]
    assert add_plugins(Auth(), environ={"GRAPHWIRE_PLUGINS": ""}) == []
    both = {"GRAPHWIRE_PLUGINS": "rules, broken", "GRAPHWIRE_PLUGINS_BLOCK": "broken"}
    assert [plugin.name for plugin in add_plugins(Auth(), environ=both)] == ["rules"]
    with pytest.raises(PluginError, match="not installed: ruless"):
        add_plugins(Auth(), environ={"GRAPHWIRE_PLUGINS": "ruless"})


def test_two_plugins_with_the_same_rule_stop_the_deployment(installed: Any) -> None:
    installed("rules")
    point = EntryPoint("copy", "gw_rules", "graphwire")
    with pytest.raises(PluginError, match="already has the rule nobody_deletes"):
        add_plugins(Auth(), environ={}, installed=[point, point])


def test_importing_the_module_configures_nothing_and_asking_for_auth_does() -> None:
    code = """
import graphwire_auth.deployment as d
assert not hasattr(d, "nothing")
print(d.auth is d.auth, d.auth)
"""
    environ = {"GRAPHWIRE_PLUGINS": "", **KEYS}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ
    )
    assert done.stdout.strip() == "True Auth(authenticator=ApiKeys, rules=1)"
    failed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=ALONE
    )
    assert "nothing says who may call this deployment" in failed.stderr


CONFIG = HERE / "server" / "langgraph_deployment.json"


def test_a_real_server_runs_the_deployment_from_the_environment_alone() -> None:
    environ = {"GRAPHWIRE_AUTH_API_KEYS": f"ada={hash_key(ADA)},bob={hash_key(BOB)}"}
    with DevServer(CONFIG, environment=ALONE | environ) as server:
        url = server.url
        ada, bob = ({"X-API-Key": key} for key in (ADA, BOB))
        assert httpx.post(f"{url}/threads/search", json={}).status_code == 401
        thread = httpx.post(f"{url}/threads", json={}, headers=ada).json()
        assert thread["metadata"]["owner"] == "ada"
        path = f"{url}/threads/{thread['thread_id']}"
        assert httpx.get(path, headers=bob).status_code == 404
        assert httpx.post(f"{path}/copy", json={}, headers=ada).is_success
        assert httpx.patch(path, json={"metadata": {"a": 1}}, headers=ada).is_success
        cron = {"assistant_id": "echo", "schedule": "0 0 1 1 *", "metadata": {"owner": "bob"}}
        assert httpx.post(f"{url}/runs/crons", json=cron, headers=ada).is_success
        assert httpx.post(f"{url}/runs/crons/count", json={}, headers=bob).json() == 0
        item = {"namespace": ["a"], "key": "k", "value": {"of": "ada"}}
        assert httpx.put(f"{url}/store/items", json=item, headers=ada).is_success
        listed = httpx.post(f"{url}/store/namespaces", json={"max_depth": 1}, headers=ada)
        assert listed.json() == {"namespaces": [["ada~", "a"]]}
        assert httpx.post(f"{url}/store/namespaces", json={}, headers=bob).json() == {
            "namespaces": []
        }
        studio = httpx.post(
            f"{url}/threads/search", json={}, headers={"x-auth-scheme": "langsmith"}
        )
        assert studio.status_code == 403
        assert ADA not in server.log_tail(10_000)


def test_a_real_server_does_not_start_with_nothing_configured() -> None:
    with (
        pytest.raises(ServerStartError, match="nothing says who may call this deployment"),
        DevServer(CONFIG, environment=ALONE),
    ):
        raise AssertionError("the server started")
