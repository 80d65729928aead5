"""`graphwire-encryption`, run as a command. It shows no key unless told to."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.encryption.conftest import K1, K2

from graphwire_encryption import EncryptionContext
from graphwire_encryption._command import main
from graphwire_encryption.aesgcm import AesGcm, LocalKeys
from graphwire_encryption.aesgcm._sources import parse_keys, read_ring

ACME = EncryptionContext(metadata={"tenant_id": "acme"})


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("GRAPHWIRE_ENCRYPTION_KEYS", "GRAPHWIRE_ENCRYPTION_KEYS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_a_key_is_made_listed_rotated_and_removed(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    shown = [run("key", "k1", "--to", "ring.json")]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    shown += [run("rotate", "k2", "--ring", "ring.json")]
    shown += [run("rotate", "a1", "--tenant", "acme", "--ring", "ring.json")]
    shown += [run("list", "--ring", "ring.json")]
    assert shown[-1][1].splitlines() == [
        "ID  TENANT    USE",
        "a1  acme      writes and reads",
        "k2  (shared)  writes and reads",
        "k1  (shared)  reads",
    ]
    ring = read_ring(path)
    assert run("remove", "k2", "--ring", "ring.json")[0] == 1
    shown += [run("remove", "k1", "--ring", "ring.json")]
    assert [key.id for key in read_ring(path)] == ["a1", "k2"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["ring.json"]
    assert {status for status, _, _ in shown} == {0}
    for key in ring:
        assert key.to_text()[:12] not in str(shown)


def test_a_key_is_printed_only_when_asked_for(run: Any) -> None:
    status, out, _ = run("key", "a1", "--tenant", "acme", "--print")
    [key] = parse_keys(out)
    assert (status, key.id, key.tenant) == (0, "a1", "acme")
    with pytest.raises(SystemExit) as caught:
        run("key", "k1")
    assert caught.value.code == 2
    status, out, err = run("key", "k1", "--tenant", "a:b", "--print")
    assert (status, out) == (1, "")
    assert "use --to" in err


def test_a_ring_is_listed_from_the_environment(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("list")[2].startswith("error: no keys: set GRAPHWIRE_ENCRYPTION_KEYS")
    monkeypatch.setenv("GRAPHWIRE_ENCRYPTION_KEYS", f"k2:{K2},k1:{K1}")
    status, out, _ = run("list")
    assert status == 0
    assert out.splitlines()[1:] == ["k2  (shared)  writes and reads", "k1  (shared)  reads"]


def test_nothing_is_overwritten_and_nothing_half_written(run: Any, tmp_path: Path) -> None:
    run("key", "k1", "--to", "ring.json")
    before = (tmp_path / "ring.json").read_bytes()
    for arguments, message in [
        (("key", "k1", "--to", "ring.json"), "exists: use rotate"),
        (("rotate", "k1", "--ring", "ring.json"), "two keys of this id"),
        (("rotate", "bad id", "--ring", "ring.json"), "key id: expected"),
        (("rotate", "k2", "--ring", "missing.json"), "missing.json: FileNotFoundError"),
        (("key", "k1", "--to", "nowhere/ring.json"), "No such file or directory"),
        (("remove", "k9", "--ring", "ring.json"), "key 'k9' is not in the ring"),
    ]:
        status, out, err = run(*arguments)
        assert (status, out) == (1, "")
        assert err.startswith("error: ")
        assert message in err
    assert (tmp_path / "ring.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["ring.json"]


async def fill(folder: Path) -> None:
    ready = AesGcm(LocalKeys(read_ring(folder / "ring.json")))
    (folder / "blob").write_bytes(await ready.encrypt_blob(ACME, b"plaintext of a blob"))
    data = await ready.encrypt_json(ACME, {"a": "plaintext of a value", "b": [1]})
    (folder / "data.json").write_text(json.dumps({"rows": [data]}))


def test_headers_are_shown_and_data_is_not(run: Any, tmp_path: Path) -> None:
    run("key", "k1", "--to", "ring.json")
    asyncio.run(fill(tmp_path))
    assert run("check", "blob") == (0, "blob: blob, key k1, bound to tenant_id, 35 bytes\n", "")
    status, out, _ = run("check", "data.json")
    assert status == 0
    assert out.splitlines()[0] == "data.json[1]: json, key k1, bound to tenant_id, 38 bytes"
    assert len(out.splitlines()) == 2
    opening = ("--ring", "ring.json", "--context", '{"tenant_id": "acme"}')
    assert "opens, 19 bytes of plaintext\n" in run("check", "blob", *opening)[1]
    run("rotate", "k2", "--ring", "ring.json")
    status, out, _ = run("check", "data.json", *opening)
    assert out.count("a newer key is there") == 2
    assert "plaintext of a" not in out


def test_what_does_not_open_is_told(run: Any, tmp_path: Path) -> None:
    run("key", "k1", "--to", "ring.json")
    asyncio.run(fill(tmp_path))
    (tmp_path / "plain").write_text("plaintext that nobody may see")
    (tmp_path / "cut").write_bytes((tmp_path / "blob").read_bytes()[:50])
    (tmp_path / "cut.txt").write_text("gwe1:R1dFAQICazE")
    for arguments, message in [
        (("plain",), "nothing in it is encrypted"),
        (("cut",), "cut: the envelope is cut: 50 bytes are too few"),
        (("cut.txt",), "cut.txt[1]: the envelope is cut"),
        (("missing",), "missing: No such file"),
        (("blob", "--context", "[]", "--ring", "ring.json"), "--context: expected a JSON object"),
        (("blob", "--context", "{", "--ring", "ring.json"), "--context: expected a JSON object"),
        (("blob", "--context", "{}", "--ring", "ring.json"), "blob: the data key does not unwrap"),
        (("blob", "--context", "{}"), "no keys: set"),
    ]:
        status, out, err = run("check", *arguments)
        assert (status, out) == (1, "")
        assert message in err
        assert "plaintext that" not in err


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graphwire_encryption", "list"],
        env=os.environ | {"GRAPHWIRE_ENCRYPTION_KEYS": f"k1:{K1}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "k1  (shared)  writes and reads" in done.stdout
    assert K1 not in done.stdout + done.stderr
