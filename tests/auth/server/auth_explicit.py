"""The same rules in a `langgraph_sdk.Auth`, for those who want the bridge explicit."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # seen from the repository root; a running server sees this folder
    from tests.auth.server.access import build
else:
    from access import build

auth = build().to_langgraph()
