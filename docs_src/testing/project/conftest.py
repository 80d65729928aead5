"""What the server of the tests is started with."""

import pytest


@pytest.fixture(scope="session")
def graphwire_graphs() -> dict[str, str]:
    """Graphs by name; without this fixture the `langgraph.json` of the root folder counts alone."""
    return {"agent": "graphs.py:build"}


@pytest.fixture(scope="session")
def graphwire_environment() -> dict[str, str]:
    """Environment variables of the server."""
    return {"MODEL_API_KEY": "not a real one"}
