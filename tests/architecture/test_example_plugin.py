"""The example plugin, outside of the workspace: installed, and used through its entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.architecture.packages import ROOT
from tests.core.wire import Seen, WireServer, ok

UV = Path(sys.executable).with_name("uv")
EXCLUDE_NEWER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["exclude-newer"]
PLUGIN = ROOT / "examples" / "plugin"

PROGRAM = """
import asyncio, sys
from graphwire_core import AsyncClient, Client
url = sys.argv[1]
with Client(url, transport="cassette", auth="rotating-token", retry=None) as client:
    print(client, [one.name for one in client.plugins if one.distribution])
    print(client.server.ok().ok, client.request("GET", "/info"))

async def main():
    async with AsyncClient(url, retry=None) as client:
        print(client, (await client.server.ok()).ok)

asyncio.run(main())
"""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=110,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the core and the plugin, each from its wheel."""
    folder = tmp_path_factory.mktemp("plugin")
    out = folder / "dist"
    run(UV, "build", "--quiet", "--wheel", "--package", "graphwire-core", "--out-dir", out)
    run(UV, "build", "--quiet", "--wheel", PLUGIN, "--out-dir", out)
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv")
    python = folder / "venv" / "bin" / "python"
    where = ("--python", python, "--find-links", out, "--exclude-newer", EXCLUDE_NEWER)
    wheels = [next(out.glob(f"{name}-*.whl")) for name in ("graphwire_core", "graphwire_cassettes")]
    run(UV, "pip", "install", "--quiet", *where, *wheels)
    return python


def test_the_plugin_is_no_member_of_the_workspace() -> None:
    members = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]
    assert not [one for one in members["members"] if one.startswith("examples")]
    entry_points = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]["entry-points"]
    assert entry_points == {"graphwire": {"cassettes": "graphwire_cassettes"}}


def test_what_was_recorded_is_replayed_without_a_server_and_holds_no_token(
    python: Path, tmp_path: Path
) -> None:
    token, cassette = tmp_path / "token", tmp_path / "cassette.json"
    token.write_text("old-t0ken\n")

    def answer(seen: Seen, connection: object) -> None:
        send = connection.sendall  # type: ignore[attr-defined]  # a socket
        if seen.headers.get("authorization") == "Bearer old-t0ken":
            token.write_text("new-t0ken\n")  # it is renewed while the client holds the old one
            send(ok(b"{}", "401 Unauthorized"))
            return
        body = {"ok": True} if "/ok" in seen.line else {"version": "1"}
        send(ok(json.dumps(body).encode(), set_cookie="session=t0ken"))

    variables = {
        "CASSETTE_FILE": str(cassette),
        "CASSETTE_TOKEN_FILE": str(token),
        "GRAPHWIRE_TRANSPORT": "cassette",
        "GRAPHWIRE_AUTH": "rotating-token",
    }
    with WireServer(answer) as server:
        url = server.url
        first = run(python, "-c", PROGRAM, url, cwd=tmp_path, **variables)
        assert [one.headers["authorization"] for one in server.seen] == [
            "Bearer old-t0ken",
            "Bearer new-t0ken",
            "Bearer new-t0ken",
        ]
    assert f"<Client {url} over cassette> ['cassettes']" in first
    assert "True {'version': '1'}" in first
    assert f"<AsyncClient {url} over cassette> True" in first
    assert "t0ken" not in cassette.read_text()
    assert len(json.loads(cassette.read_text())) == 2
    assert run(python, "-c", PROGRAM, url, cwd=tmp_path, **variables) == first


def test_the_allow_list_keeps_the_plugin_out(python: Path, tmp_path: Path) -> None:
    code = "from graphwire_core import Client; print([p.name for p in Client().plugins])"
    assert run(python, "-c", code, cwd=tmp_path).strip() == "['built-in', 'cassettes']"
    assert run(python, "-c", code, cwd=tmp_path, GRAPHWIRE_PLUGINS="").strip() == "['built-in']"
    blocked = run(python, "-c", code, cwd=tmp_path, GRAPHWIRE_PLUGINS_BLOCK="cassettes")
    assert blocked.strip() == "['built-in']"
