"""Importing the package stays light: it runs inside servers."""

import subprocess
import sys

import pytest

HEAVY = (
    "langgraph",
    "langgraph_sdk",
    "langgraph_api",
    "httpx",
    "aiohttp",
    "requests",
    "starlette",
    "cryptography",
    "graphwire_core",
    "graphwire_auth",
)
MODULES = [
    "graphwire_encryption",
    "graphwire_encryption.aesgcm",
    "graphwire_encryption.exceptions",
    "graphwire_encryption.hooks",
    "graphwire_encryption.serializer",
    "graphwire_encryption.types",
]


def loaded(code: str) -> str:
    code += (
        f"\nimport sys; print(*[m for m in sys.modules if m.partition('.')[0] in {HEAVY!r} "
        "or m in ('urllib.request', 'http.client')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.strip()


@pytest.mark.parametrize("module", MODULES)
def test_importing_loads_no_server_no_http_client_and_no_cryptography(module: str) -> None:
    assert loaded(f"import {module}") == ""


def test_making_an_encryption_outside_a_server_loads_none_either() -> None:
    code = """
from graphwire_encryption import Encryption
from graphwire_encryption.aesgcm import AesGcm, Key, KeyRing, LocalKeys
encryption = Encryption()
AesGcm(LocalKeys(KeyRing([Key.generate("k1")]))).install(encryption)
assert repr(encryption).count(",") == 3
"""
    assert loaded(code) == ""


def test_without_cryptography_the_error_names_the_extra() -> None:
    code = """
import asyncio, sys
sys.modules["cryptography"] = None
from graphwire_encryption import EncryptionContext
from graphwire_encryption.aesgcm import AesGcm, Key, KeyRing, LocalKeys
ready = AesGcm(LocalKeys(KeyRing([Key.generate("k1")])))
try:
    asyncio.run(ready.encrypt_blob(EncryptionContext(), b"data"))
except Exception as error:
    assert type(error).__name__ == "MissingPackageError", repr(error)
    assert "graphwire-encryption[aesgcm]" in str(error)
else:
    raise AssertionError("nothing was raised")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
