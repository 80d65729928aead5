"""The examples of docs/codecs.md, run against the real server."""

from __future__ import annotations

import base64

import pytest
from docs_src.codecs import end_to_end, own_codec

from graphwire_core.testing import DevServer


def test_a_codec_of_ones_own(server: DevServer) -> None:
    mine, stored = own_codec.main(server.url)
    assert mine == {"text": "a" * 1000}
    assert stored["packed"].startswith("deflated:")
    assert len(stored["packed"]) < 100


async def test_end_to_end_encryption(server: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("GRAPHWIRE_ENCRYPTION_KEYS", f"k1:{key}")
    assert (await end_to_end.main(server.url))["received"] == {"text": "secret"}
