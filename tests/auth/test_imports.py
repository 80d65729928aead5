"""Importing the package stays light: it runs inside servers."""

import subprocess
import sys

import pytest

HEAVY = ("langgraph", "langgraph_sdk", "langgraph_api", "httpx", "aiohttp", "requests", "starlette")
MODULES = [
    "graphwire_auth",
    "graphwire_auth.exceptions",
    "graphwire_auth.ownership",
    "graphwire_auth.testing",
    "graphwire_auth.types",
]


@pytest.mark.parametrize("module", MODULES)
def test_importing_loads_no_server_and_no_http_client(module: str) -> None:
    forbidden = (*HEAVY, "jwt", "graphwire_core")
    code = f"""
import sys, {module}
whole = ("urllib.request", "http.client")
print(*[m for m in sys.modules if m.partition(".")[0] in {forbidden!r} or m in whole])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_making_and_using_auth_outside_a_server_loads_none_either() -> None:
    code = f"""
import asyncio, sys
from graphwire_auth import Auth
from graphwire_auth.testing import check
auth = Auth()
@auth.on
async def rule(ctx, value): return {{"owner": ctx.user.identity}}
decision = asyncio.run(check(auth, user="ada", resource="threads", action="read"))
assert decision.filter == {{"owner": "ada"}}
print(*[m for m in sys.modules if m.partition(".")[0] in {HEAVY!r}])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
