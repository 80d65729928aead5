"""The examples of docs/encryption.md: the page shows the files, and the files run."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docs_src.encryption import checkpoints, key_service, own_handlers, plugin
from tests.encryption.conftest import K1, EncryptingServer

from graphwire_encryption import EncryptionContext
from graphwire_encryption._handlers import Kind
from graphwire_encryption._plugins import Plugins
from graphwire_encryption.aesgcm import Envelope, Key, KeyRing, LocalKeys
from graphwire_encryption.deployment import build
from graphwire_encryption.exceptions import HandlerError

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "encryption.md").read_text()
APP = ROOT / "docs_src" / "encryption" / "app"
ACME = EncryptionContext(model="thread", field="metadata", metadata={"tenant_id": "acme"})


def test_the_page_shows_every_example_as_it_is() -> None:
    shown = re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert len(shown) == PAGE.count("<!-- example:") == 6
    for path, text in shown:
        assert text == (ROOT / path).read_text(), path


def test_the_page_links_only_to_pages() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / link).exists(), link


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EncryptingServer]:
    # The variable comes from langgraph.json here, as on the page.
    config = APP / "langgraph.json"
    with EncryptingServer(tmp_path, f"k1:{K1}", config=config, path="") as server:
        yield server


def test_the_deployment_stores_ciphertext_and_keeps_its_callers_apart(
    server: EncryptingServer,
) -> None:
    with server.client() as client:
        client.headers["authorization"] = "Bearer ada-token"
        body = {"metadata": {"topic": "weather", "note": "plain-note-text"}}
        thread_id = client.post("/threads", json=body).json()["thread_id"]
        stored = client.get(f"/internal/debug/thread/{thread_id}").json()["metadata"]
        assert stored["topic"] == "weather"
        assert stored["owner"] == "ada"
        assert stored["note"].startswith("gwe1:")
        read = client.get(f"/threads/{thread_id}").json()["metadata"]
        assert read["note"] == "plain-note-text"
        run = {"assistant_id": "agent", "input": {"text": "hello"}}
        done = client.post(f"/threads/{thread_id}/runs/wait", json=run).json()
        assert done["answer"] == "You said: hello"
        client.headers["authorization"] = "Bearer bob-token"
        assert client.get(f"/threads/{thread_id}").status_code == 404


class Service:
    """A key service that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def encrypt(self, key: str, data: bytes, context: dict[str, str]) -> bytes:
        self.kept.append((key, data, context))
        return b"ticket %d" % (len(self.kept) - 1)

    async def decrypt(self, key: str, data: bytes, context: dict[str, str]) -> bytes:
        kept_key, kept, kept_context = self.kept[int(data.removeprefix(b"ticket "))]
        assert (kept_key, kept_context) == (key, context)
        secret: bytes = kept
        return secret


async def test_the_key_service_wraps_the_data_keys() -> None:
    ready = key_service.ready_made(Service())
    made = await ready.encrypt_json(ACME, {"a": 1})
    assert (await ready.decrypt_json(ACME, made)).plaintext == {"a": 1}
    blob = await ready.encrypt_blob(ACME, b"x")
    assert Envelope.parse(blob).key_id == "alias/threads-2026"


async def test_own_handlers_run_behind_the_bridge() -> None:
    given = own_handlers.encryption.to_langgraph()
    assert await given._blob_decryptor(ACME, await given._blob_encryptor(ACME, b"x")) == b"x"
    made = await given._json_encryptor(ACME, {"a": "text"})
    assert await given._json_decryptor(ACME, made) == {"a": "'text'"}
    other = EncryptionContext(metadata={"tenant_id": "zeta"})
    with pytest.raises(HandlerError, match=r"decrypt_json: PermissionError in open"):
        await given._json_decryptor(other, made)


async def test_the_plugin_brings_its_provider_and_its_context() -> None:
    environ = {
        "GRAPHWIRE_ENCRYPTION_PROVIDER": "acme",
        "ACME_KEY_ID": "acme-1",
        "ACME_KEY": K1,
    }
    encryption = build(environ, Plugins({"acme": plugin}))
    context, encrypt = (encryption.handlers.get(k) for k in (Kind.CONTEXT, Kind.ENCRYPT_BLOB))
    assert context
    assert encrypt
    user = SimpleNamespace(department="sales")
    metadata = await context(user, EncryptionContext())
    assert metadata == {"tenant_id": "sales"}
    blob = await encrypt(EncryptionContext(metadata=metadata), b"x")
    assert Envelope.parse(blob).key_id == "acme-1"


def test_the_saver_encrypts() -> None:
    saver = checkpoints.encrypted_saver(LocalKeys(KeyRing([Key.generate("k1")])))
    name, data = saver.serde.dumps_typed({"a": "plain-saver-text"})
    assert b"plain-saver-text" not in data
    assert saver.serde.loads_typed((name, data)) == {"a": "plain-saver-text"}
