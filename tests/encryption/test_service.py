"""The server's gRPC encryption service, which the in-memory edition does not call by itself."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from tests.encryption.conftest import K1, K2

from graphwire_encryption.aesgcm import Envelope
from graphwire_encryption.aesgcm._envelope import from_text

HERE = Path(__file__).parent
# None of these has types.
grpc: Any = import_module("grpc")
pb: Any = import_module("langgraph_grpc_common.proto.encryption_pb2")
EncryptionStub: Any = import_module(
    "langgraph_grpc_common.proto.encryption_pb2_grpc"
).EncryptionStub
MARKER = "__encryption_context__"
PLAIN = "plain-service-text"


class Service:
    """Calls of the service, with JSON in and out."""

    def __init__(self, channel: Any) -> None:
        self._stub = EncryptionStub(channel)

    def encrypt_json(self, data: Any, model: str, field: str, **metadata: Any) -> Any:
        context = self._context(metadata, model=model, field=field)
        request = pb.EncryptJSONRequest(data=json.dumps(data).encode(), context=context)
        return json.loads(self._stub.EncryptJSON(request, timeout=10).data)

    def decrypt_json(self, data: Any, model: str, field: str) -> tuple[Any, Any]:
        request = pb.DecryptJSONRequest(data=json.dumps(data).encode(), model=model, field=field)
        answer = self._stub.DecryptJSON(request, timeout=10)
        replacement = json.loads(answer.replacement) if answer.replacement else None
        return json.loads(answer.data), replacement

    def encrypt_blob(self, data: bytes, **metadata: Any) -> bytes:
        request = pb.EncryptBlobRequest(data=data, context=self._context(metadata))
        made: bytes = self._stub.EncryptBlob(request, timeout=10).data
        return made

    def decrypt_blob(self, data: bytes, **metadata: Any) -> tuple[bytes, bytes]:
        request = pb.DecryptBlobRequest(data=data, context=self._context(metadata))
        answer = self._stub.DecryptBlob(request, timeout=10)
        return answer.data, answer.replacement

    def _context(self, metadata: dict[str, Any], **place: str) -> Any:
        encoded = {key: json.dumps(value).encode() for key, value in metadata.items()}
        return pb.EncryptionContext(metadata=encoded, **place)


@contextmanager
def running(folder: Path, keys: str) -> Iterator[Service]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "DATABASE_URI": ":memory:",
        "REDIS_URI": "fake",
        "LANGGRAPH_RUNTIME_EDITION": "inmem",
        "LANGGRAPH_ENCRYPTION": json.dumps({"path": f"{HERE}/server/encryption.py:encryption"}),
        "GRAPHWIRE_ENCRYPTION_KEYS": keys,
        "GRPC_VERBOSITY": "NONE",
    }
    process = subprocess.Popen(
        [sys.executable, str(HERE / "service.py"), str(port)],
        env=os.environ | environment,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        output = []
        for line in process.stdout:
            output.append(line)
            if "READY" in line:
                break
        else:
            pytest.fail("".join(output[-30:]))
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Service(channel)
        process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
        process.stdin.close()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Service]]:
    """Services by their keys, each started once."""
    with ExitStack() as stack:
        started: dict[str, Service] = {}

        def service(keys: str) -> Service:
            if keys not in started:
                folder = tmp_path_factory.mktemp("service")
                started[keys] = stack.enter_context(running(folder, keys))
            return started[keys]

        yield service


BEFORE, AFTER = f"k1:{K1}", f"k2:{K2},k1:{K1}"
Services = Callable[[str], Service]


def test_blobs_go_in_and_come_out(services: Services) -> None:
    service = services(BEFORE)
    for data in (PLAIN.encode(), b"", bytes(range(256)) * 1000):
        made = service.encrypt_blob(data, tenant_id="acme")
        assert PLAIN.encode() not in made
        assert Envelope.parse(made).key_id == "k1"
        assert service.decrypt_blob(made, tenant_id="acme") == (data, b"")


@pytest.mark.parametrize("metadata", [{"tenant_id": "other"}, {}])
def test_another_tenant_gets_an_error_and_no_data(services: Services, metadata: Any) -> None:
    service = services(BEFORE)
    blob = service.encrypt_blob(PLAIN.encode(), tenant_id="acme")
    with pytest.raises(grpc.RpcError) as caught:
        service.decrypt_blob(blob, **metadata)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    data = service.encrypt_json({"a": PLAIN}, "thread", "metadata", tenant_id="acme")
    with pytest.raises(grpc.RpcError) as caught:
        service.decrypt_json(data | {MARKER: metadata}, "thread", "metadata")
    assert "the data key does not unwrap with key 'k1'" in str(caught.value)
    assert PLAIN not in str(caught.value)


NESTED = {
    "input": {"text": PLAIN, "deep": [{"x": PLAIN}]},
    "command": None,
    "temporary": True,
    "stream_mode": ["values"],
    "config": {
        "recursion_limit": 25,
        "tags": [PLAIN],
        "configurable": {"thread_id": "t", "run_id": "r", "user": {"name": PLAIN}},
        "metadata": {"note": PLAIN},
    },
    "context": {"a": PLAIN},
}


def test_nested_json_is_encrypted_level_by_level_and_comes_back(services: Services) -> None:
    service = services(BEFORE)
    made = service.encrypt_json(NESTED, "run", "kwargs", tenant_id="acme")
    assert PLAIN not in json.dumps(made)
    assert made["temporary"] is True
    assert made["config"]["recursion_limit"] == 25
    assert made["config"]["configurable"]["thread_id"] == "t"
    for level in (made, made["input"], made["config"], made["config"]["configurable"]):
        assert level[MARKER] == {"tenant_id": "acme"}
    assert service.decrypt_json(made, "run", "kwargs") == (NESTED, None)


def test_a_replacement_carries_the_new_key_through_every_level(services: Services) -> None:
    before, after = services(BEFORE), services(AFTER)
    made = before.encrypt_json(NESTED, "run", "kwargs", tenant_id="acme")
    plain, replacement = after.decrypt_json(made, "run", "kwargs")
    assert plain == NESTED
    assert PLAIN not in json.dumps(replacement)
    configurable = replacement["config"]["configurable"]
    for value in (replacement["stream_mode"], replacement["input"]["text"], configurable["user"]):
        assert Envelope.parse(from_text(value)).key_id == "k2"
    assert after.decrypt_json(replacement, "run", "kwargs") == (NESTED, None)

    blob = before.encrypt_blob(PLAIN.encode(), tenant_id="acme")
    plain, replacement = after.decrypt_blob(blob, tenant_id="acme")
    assert plain == PLAIN.encode()
    assert Envelope.parse(replacement).key_id == "k2"
    assert after.decrypt_blob(replacement, tenant_id="acme") == (plain, b"")


def test_an_inner_level_that_is_stale_alone_is_replaced_alone(services: Services) -> None:
    before, after = services(BEFORE), services(AFTER)
    outer = after.encrypt_json({"x": PLAIN}, "run", "kwargs", tenant_id="acme")
    inner = before.encrypt_json({"y": PLAIN}, "run", "input", tenant_id="acme")
    plain, replacement = after.decrypt_json(outer | {"input": inner}, "run", "kwargs")
    assert plain == {"x": PLAIN, "input": {"y": PLAIN}}
    assert replacement["x"] == outer["x"]
    assert Envelope.parse(from_text(replacement["input"]["y"])).key_id == "k2"


def test_data_moves_from_a_cron_to_a_run(services: Services) -> None:
    """The server moves values between models and fields; nothing binds them to their place."""
    service = services(BEFORE)
    made = service.encrypt_json({"a": PLAIN}, "cron", "metadata", tenant_id="acme")
    assert service.decrypt_json(made, "run", "metadata") == ({"a": PLAIN}, None)


def test_plaintext_and_damage_are_refused_by_name(services: Services) -> None:
    service = services(BEFORE)
    made = service.encrypt_json({"a": PLAIN, "b": PLAIN}, "thread", "metadata", tenant_id="acme")
    for changed, message in [
        (made | {"b": PLAIN}, r"thread.metadata['b']: expected ciphertext, got plaintext"),
        (made | {"b": made["b"][:-8]}, "the data was altered"),
        (made | {"b": made["b"][:29]}, "the envelope is cut"),
    ]:
        with pytest.raises(grpc.RpcError) as caught:
            service.decrypt_json(changed, "thread", "metadata")
        assert message in str(caught.value)
        assert PLAIN not in str(caught.value)
    with pytest.raises(grpc.RpcError) as caught:
        service.decrypt_blob(PLAIN.encode(), tenant_id="acme")
    assert "expected an encrypted blob, got 18 other bytes" in str(caught.value)
    with pytest.raises(grpc.RpcError) as caught:
        service.encrypt_blob(service.encrypt_blob(b"x", tenant_id="acme"), tenant_id="acme")
    assert "encrypted already" in str(caught.value)
