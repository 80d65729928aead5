"""Real servers that encrypt, with state that outlives them."""

import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from graphwire_core.testing import DevServer

HERE = Path(__file__).parent
CONFIG = HERE / "server" / "langgraph.json"
K1, K2, OTHER = (base64.b64encode(bytes([n]) + bytes(range(100, 131))).decode() for n in (1, 2, 3))


class EncryptingServer(DevServer):
    """A server with encryption, whose `.langgraph_api` is a folder of the test's."""

    def __init__(
        self,
        state: Path,
        keys: str,
        *,
        config: Path = CONFIG,
        path: str = "./encryption.py:encryption",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        settings = {"GRAPHWIRE_ENCRYPTION_KEYS": keys, "PYTHONPATH": str(HERE.parents[1])}
        if path:
            settings["LANGGRAPH_ENCRYPTION"] = json.dumps({"path": path})
        super().__init__(config, environment={**settings, **(environment or {})}, state=state)

    def log_with(self, text: str) -> str:
        """The whole log, as soon as it holds `text`; it is written a little after the answer."""
        deadline = time.monotonic() + 10
        while text not in (log := self.log_tail(100_000)):
            assert time.monotonic() < deadline, f"{text!r} is not in the log:\n{log[-3000:]}"
            time.sleep(0.02)
        return log

    def client(self, user: str = "ada@acme", **headers: str) -> httpx.Client:
        """A client of one user; a connection per request, as the server resets one after a 500."""
        return httpx.Client(
            base_url=self.url,
            headers={"authorization": f"Bearer {user}", **headers},
            timeout=20,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
