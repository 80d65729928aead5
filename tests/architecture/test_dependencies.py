"""`core ← stream, auth, encryption ← sdk`, and what importing a package brings with it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.packages import PACKAGES, modules

ALLOWED = {
    "graphwire_core": set[str](),
    "graphwire_stream": {"graphwire_core"},
    "graphwire_auth": {"graphwire_core"},
    "graphwire_encryption": {"graphwire_core"},
    "graphwire_aiohttp": {"graphwire_core"},
    "graphwire_httpx2": {"graphwire_core"},
    "graphwire_otel": {"graphwire_core"},
    "graphwire": {"graphwire_core", "graphwire_stream"},
}
HEAVY = ("langchain_core", "orjson", "langgraph_sdk", "langgraph", "langgraph_api")
HTTP_LIBRARIES = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "aiohttp",
    "requests",
    "urllib3",
    "websockets",
)


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def loaded_by(package: str) -> set[str]:
    """Return the top-level modules that importing a package loads, in a fresh interpreter."""
    code = f"import sys, {package}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_every_package_has_a_rule() -> None:
    assert ALLOWED.keys() == PACKAGES.keys()


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_the_siblings_below_it(package: str) -> None:
    siblings = PACKAGES.keys() - {package}
    for path in modules(package):
        assert imported(path) & siblings <= ALLOWED[package], path


@pytest.mark.parametrize("package", ALLOWED)
def test_importing_a_package_loads_no_sibling_above_it(package: str) -> None:
    above = PACKAGES.keys() - {package} - ALLOWED[package]
    assert loaded_by(package) & above == set()


@pytest.mark.parametrize("package", ALLOWED)
def test_importing_a_package_loads_nothing_of_langchain_or_a_server(package: str) -> None:
    assert loaded_by(package).isdisjoint(HEAVY)


@pytest.mark.parametrize("package", ["graphwire_auth", "graphwire_encryption"])
def test_the_packages_that_run_inside_servers_load_no_http_client(package: str) -> None:
    assert loaded_by(package).isdisjoint(HTTP_LIBRARIES)


def test_the_core_loads_no_websockets() -> None:
    assert "websockets" not in loaded_by("graphwire_core")


def test_the_test_kit_loads_neither_pytest_nor_a_server() -> None:
    loaded = loaded_by("graphwire_core.testing")
    assert loaded.isdisjoint({"pytest", "_pytest", "uvicorn", "starlette", *HEAVY})


def test_the_pytest_plugin_loads_nothing_of_ours_before_a_fixture_is_used() -> None:
    loaded = loaded_by("graphwire_pytest")
    assert loaded.isdisjoint({*PACKAGES, *HTTP_LIBRARIES, "pydantic"})


@pytest.mark.parametrize(
    ("package", "library"), [("graphwire_aiohttp", "aiohttp"), ("graphwire_httpx2", "httpx2")]
)
def test_a_transport_package_loads_its_library_when_it_is_used(package: str, library: str) -> None:
    assert library not in loaded_by(package)
    assert library in loaded_by(f"{package}.transports")
