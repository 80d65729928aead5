"""A codec of your own: store values are compressed before the server sees them."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from graphwire import get_sync_client
from graphwire_core.plugins import CodecPart, CodecRegistry, hookimpl

MARK = "deflated:"


class Deflated:
    """Compresses what goes into the store; everything else passes."""

    def encode(self, part: CodecPart, value: Any) -> Any:
        if part != "value":
            return value
        packed = base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()
        return {"packed": MARK + packed}

    def decode(self, part: CodecPart, value: Any) -> Any:
        packed = value.get("packed") if isinstance(value, dict) else None
        if part != "value" or not isinstance(packed, str) or not packed.startswith(MARK):
            return value
        return json.loads(zlib.decompress(base64.b64decode(packed.removeprefix(MARK))))


class Plugin:
    """Registers the codec; an installed package would name it in an entry point."""

    @hookimpl
    def graphwire_register_codecs(self, registry: CodecRegistry) -> None:
        registry.add("deflated", Deflated())


def main(url: str) -> tuple[Any, Any]:
    """Return the value as the caller and as the server sees it."""
    with get_sync_client(url, plugins=[Plugin()]) as client, get_sync_client(url) as other:
        client.store.put_item(["docs"], "codec", {"text": "a" * 1000})
        mine = client.store.get_item(["docs"], "codec")
        stored = other.store.get_item(["docs"], "codec")
        return mine and mine.value, stored and stored.value
