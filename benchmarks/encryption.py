"""Encryption: throughput per MB, time per small value, and nonces counted.

Run alone with `python -m benchmarks.encryption`; `--nonces N` counts fewer than ten million. Every
figure is the median over the rounds, of the ready-made handlers as a server calls them.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graphwire_encryption import EncryptionContext
from graphwire_encryption.aesgcm import AesGcm, Envelope, Key, KeyRing, LocalKeys, Purpose

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ROUNDS = 5
NONCES = 10_000_000
NONCE_SIZE = 12
MB = 1_000_000
CONTEXT = EncryptionContext(model="thread", field="metadata", metadata={"tenant_id": "acme"})
SMALL = {"note": "a value of forty characters or thereabouts"}
WIDE = {f"key-{n}": {"text": "x" * 40, "n": n} for n in range(20)}


class Row(NamedTuple):
    """One operation."""

    operation: str
    seconds: float
    """Per call, the median over the rounds."""
    mb_per_second: float | None
    """Of plaintext; only where a call is large enough for it to mean something."""


class Count(NamedTuple):
    """How many nonces were drawn, and how many of them differ."""

    drawn: int
    different: int
    seconds: float


async def _time(call: Callable[[], Awaitable[Any]], calls: int) -> float:
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        for _ in range(calls):
            await call()
        times.append((perf_counter() - start) / calls)
    return median(times)


async def rows() -> AsyncIterator[Row]:
    """Measure blobs of several sizes and JSON objects, both ways, next to the bare cipher."""
    ready = AesGcm(LocalKeys(KeyRing([Key.generate("k1")])))
    for size, name, calls in ((MB, "1 MB", 40), (100_000, "100 kB", 300), (100, "100 B", 5000)):
        data = os.urandom(size)
        blob = await ready.encrypt_blob(CONTEXT, data)
        for label, call in (
            ("cipher alone", _bare(data)),
            ("encrypt blob", partial(ready.encrypt_blob, CONTEXT, data)),
            ("decrypt blob", partial(ready.decrypt_blob, CONTEXT, blob)),
        ):
            seconds = await _time(call, calls)
            speed = size / seconds / MB if size >= MB // 10 else None
            yield Row(f"{label}, {name}", seconds, speed)
    for name, object_ in (("1 small value", SMALL), ("20 values", WIDE)):
        made = await ready.encrypt_json(CONTEXT, object_)
        encrypt, decrypt = (
            partial(ready.encrypt_json, CONTEXT),
            partial(ready.decrypt_json, CONTEXT),
        )
        yield Row(f"encrypt json, {name}", await _time(partial(encrypt, object_), 2000), None)
        yield Row(f"decrypt json, {name}", await _time(partial(decrypt, made), 2000), None)


def _bare(data: bytes) -> Callable[[], Awaitable[bytes]]:
    cipher = AESGCM(AESGCM.generate_key(256))

    async def call() -> bytes:
        return cipher.encrypt(os.urandom(NONCE_SIZE), data, b"")

    return call


async def count_nonces(number: int = NONCES) -> Count:
    """Encrypt `number` values under one data key, and count the nonces that differ."""
    ready = AesGcm(LocalKeys(KeyRing([Key.generate("k1")])))
    writer = await ready.cipher.writer(Purpose.BLOB, CONTEXT.metadata)
    first = writer.seal(b"")
    end = len(Envelope.parse(first).header)
    # By their first byte, so that no set holds more than a 256th of them at a time.
    buckets = [bytearray() for _ in range(256)]
    start = perf_counter()
    for _ in range(number):
        nonce = writer.seal(b"")[end - NONCE_SIZE : end]
        buckets[nonce[0]] += nonce
    seconds = perf_counter() - start
    different = 0
    for bucket in buckets:
        different += len({bytes(bucket[i : i + 12]) for i in range(0, len(bucket), NONCE_SIZE)})
    return Count(number, different, seconds)


async def _run(nonces: int) -> None:
    print(f"{'operation':34} {'µs/call':>10} {'MB/s':>8}")
    async for row in rows():
        speed = "" if row.mb_per_second is None else f"{row.mb_per_second:8.0f}"
        print(f"{row.operation:34} {row.seconds * 1e6:10.1f} {speed}", flush=True)
    count = await count_nonces(nonces)
    print(
        f"nonces: {count.drawn:,} values under one data key, {count.different:,} different nonces, "
        f"{count.seconds / count.drawn * 1e6:.2f} µs each"
    )
    if count.drawn != count.different:
        raise AssertionError(f"{count.drawn - count.different} nonces repeat")


def main() -> None:
    parser = argparse.ArgumentParser(description="Encryption: throughput, and nonces counted.")
    parser.add_argument("--nonces", type=int, default=NONCES, help=f"{NONCES:,} unless told")
    # From `python -m benchmarks` the arguments are not ours.
    options, _ = parser.parse_known_args()
    asyncio.run(_run(options.nonces))


if __name__ == "__main__":
    main()
