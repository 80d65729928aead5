from __future__ import annotations

import os

import pytest

OURS = ("GRAPHWIRE_", "LANGGRAPH_", "LANGSMITH_", "LANGCHAIN_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the options of clients that are set outside of the tests out of them."""
    for name in list(os.environ):
        if name.startswith(OURS) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
