"""The same handlers in a `langgraph_sdk.Encryption`, for those who want the bridge explicit."""

from tests.encryption.server.encryption import build

encryption = build().to_langgraph()
