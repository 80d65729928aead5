"""The distributions: metadata, wheels, and each package alone in a clean environment."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from tests.architecture.packages import BESIDE, PACKAGES, ROOT

UV = Path(sys.executable).with_name("uv")
EXCLUDE_NEWER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["exclude-newer"]


def distribution(package: str) -> str:
    return package.replace("_", "-")


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel and an sdist of every package."""
    out = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--all-packages", "--out-dir", out)
    assert len(list(out.glob("*.tar.gz"))) == len(PACKAGES)
    return {package: next(out.glob(f"{package}-[0-9]*.whl")) for package in PACKAGES}


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment with nothing in it; returns its Python."""
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    return tmp_path / "venv" / "bin" / "python"


def install(python: Path, wheels: dict[str, Path], package: str, extra: str = "") -> set[str]:
    """Install a package from its wheel; return the distributions that came with it."""
    found = next(iter(wheels.values())).parent
    where = ("--python", python, "--find-links", found, "--exclude-newer", EXCLUDE_NEWER)
    wheel = f"{distribution(package)}{extra} @ {wheels[package].as_uri()}"
    run(UV, "pip", "install", "--quiet", *where, wheel)
    listed = run(UV, "pip", "list", "--quiet", "--python", python, "--format", "freeze")
    return {line.split("==")[0].split(" @ ")[0] for line in listed.splitlines()}


def test_every_wheel_carries_its_licence_types_and_metadata(wheels: dict[str, Path]) -> None:
    for package, wheel in wheels.items():
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
            fields = Parser().parsestr(archive.read(metadata).decode())
        assert f"{package}/py.typed" in names
        assert any(name.endswith("/LICENSE") for name in names)
        beside = [f"{name}/" for name, home in BESIDE.items() if home == package]
        own = (f"{package}/", f"{package}-", *beside)
        assert not [name for name in names if not name.startswith(own)]
        assert all(f"{name}__init__.py" in names for name in beside)
        assert fields["Name"] == distribution(package)
        assert fields["License-Expression"] == "MIT"
        assert fields["Requires-Python"] == ">=3.11"
        assert len(fields.get_payload()) > 200, f"{package} has no README"


def test_versions_are_in_lockstep_and_siblings_are_pinned(wheels: dict[str, Path]) -> None:
    versions = set()
    for folder in (ROOT / "packages").iterdir():
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        versions.add(project["version"])
        extras = project.get("optional-dependencies", {}).values()
        for requirement in [*project["dependencies"], *(one for extra in extras for one in extra)]:
            if requirement.startswith("graphwire"):
                assert requirement.endswith(f"=={project['version']}"), requirement
    assert len(versions) == 1
    code = "import graphwire_core; print(graphwire_core.__version__)"
    assert run(sys.executable, "-c", code).strip() == versions.pop()


def test_the_core_alone_works_and_brings_no_websockets(
    wheels: dict[str, Path], environment: Path
) -> None:
    installed = install(environment, wheels, "graphwire_core")
    assert "graphwire-core" in installed
    assert not installed & {"websockets", "graphwire-stream", "graphwire", "langchain-core"}
    code = "from graphwire_core import Client; print(Client('http://localhost:1'))"
    assert "http://localhost:1" in run(environment, "-c", code)


@pytest.mark.parametrize("package", ["graphwire_auth", "graphwire_encryption"])
def test_a_server_side_package_alone_brings_no_http_client(
    package: str, wheels: dict[str, Path], environment: Path
) -> None:
    installed = install(environment, wheels, package)
    assert not installed & {"httpx", "websockets", "graphwire-core", "langgraph-sdk"}
    assert run(environment, "-c", f"import {package}") == ""


def test_the_umbrella_brings_the_client_and_no_server_side_package(
    wheels: dict[str, Path], environment: Path
) -> None:
    installed = install(environment, wheels, "graphwire")
    assert {"graphwire", "graphwire-core", "graphwire-stream"} <= installed
    assert not installed & {"graphwire-auth", "graphwire-encryption", "orjson", "langchain-core"}
    code = "import graphwire; print(graphwire.get_client('http://localhost:1'))"
    assert "AsyncClient http://localhost:1" in run(environment, "-c", code)


CALLS = """
import asyncio, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from graphwire_core import AsyncClient, Client

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "12")
        self.end_headers()
        self.wfile.write(b'{"ok": true}')

    def log_message(self, *arguments): ...

async def call(url):
    async with AsyncClient(url) as client:
        return client, await client.server.ok()

with HTTPServer(("127.0.0.1", 0), Handler) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    print(*asyncio.run(call(url)))
    with Client(url) as client:
        print(client, client.server.ok())
    server.shutdown()
"""
"""A program that makes a call in each colour and says over which transport."""


@pytest.mark.parametrize(
    ("package", "used", "used_by_sync"),
    [("graphwire_aiohttp", "aiohttp", "httpx"), ("graphwire_httpx2", "httpx2", "httpx2")],
)
def test_a_transport_package_alone_is_found_and_used(
    package: str, used: str, used_by_sync: str, wheels: dict[str, Path], environment: Path
) -> None:
    installed = install(environment, wheels, package)
    assert {distribution(package), "graphwire-core", used} <= installed
    assert not installed & {"websockets", "graphwire-stream", "graphwire", "langchain-core"}
    lines = run(environment, "-W", "error", "-c", CALLS).splitlines()
    assert [line.partition(" over ")[2] for line in lines] == [
        f"{used}> ok=True",
        f"{used_by_sync}> ok=True",
    ]


def test_opentelemetry_comes_as_its_api_alone_and_the_plugin_is_found(
    wheels: dict[str, Path], environment: Path
) -> None:
    installed = install(environment, wheels, "graphwire_otel")
    assert {"graphwire-otel", "graphwire-core", "opentelemetry-api"} <= installed
    assert [name for name in installed if name.startswith("opentelemetry")] == ["opentelemetry-api"]
    assert not installed & {"websockets", "graphwire-stream", "graphwire"}
    code = "from graphwire_core import Client; print(Client('http://localhost:1').plugins[1].name)"
    assert run(environment, "-c", code).strip() == "otel"
