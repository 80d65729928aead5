"""The `graphwire-encryption` command: keys, rings and headers. It prints no key unless told to."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from graphwire_encryption._inspection import inspect_file
from graphwire_encryption.aesgcm._keys import Key, KeyRing
from graphwire_encryption.aesgcm._sources import dump_ring, read_ring, ring_from_environment
from graphwire_encryption.exceptions import EncryptionError, KeyRingError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 for what failed, 2 for wrong arguments."""
    options = _parser().parse_args(arguments)
    try:
        lines = options.run(options)
    except EncryptionError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    with suppress(BrokenPipeError):
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="graphwire-encryption", description="Keys, key rings and encrypted data."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    key = commands.add_parser("key", help="make a key, in a new ring file or as text")
    key.add_argument("id", help="how data names the key: letters, digits, . _ -")
    key.add_argument("--tenant", help="the only tenant that may use it")
    where = key.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", type=Path, metavar="FILE", help="write a new ring file")
    where.add_argument("--print", action="store_true", help="print it for the environment")
    key.set_defaults(run=_make_key)

    ring = commands.add_parser("list", help="list a ring: ids, tenants, which key writes")
    _add_ring(ring, required=False)
    ring.set_defaults(run=_list)

    rotate = commands.add_parser("rotate", help="add a new key to a ring file and write with it")
    rotate.add_argument("id", help="the new key's id")
    rotate.add_argument("--tenant", help="the only tenant that may use it")
    _add_ring(rotate, required=True)
    rotate.set_defaults(run=_rotate)

    remove = commands.add_parser("remove", help="take a key out of a ring file for good")
    remove.add_argument("id", help="a key that nothing is written with any more")
    _add_ring(remove, required=True)
    remove.set_defaults(run=_remove)

    check = commands.add_parser("check", help="show the headers in a file, and whether they open")
    check.add_argument("file", type=Path, help="a blob, or text or JSON that holds gwe1: values")
    check.add_argument("--context", metavar="JSON", help="try to open them in this context")
    _add_ring(check, required=False)
    check.set_defaults(run=inspect_file)
    return parser


def _add_ring(parser: argparse.ArgumentParser, *, required: bool) -> None:
    shown = "the ring file" + ("" if required else "; without it, the environment's ring")
    parser.add_argument("--ring", type=Path, metavar="FILE", required=required, help=shown)


def _make_key(options: argparse.Namespace) -> list[str]:
    key = Key.generate(options.id, tenant=options.tenant)
    if options.print:
        owner = f"{key.tenant}/" if key.tenant is not None else ""
        if any(c in owner for c in ":, \t\n"):
            raise KeyRingError("tenant: the environment cannot hold this name: use --to")
        return [f"{owner}{key.id}:{key.to_text()}"]
    if options.to.exists():
        raise KeyRingError(f"{options.to} exists: use rotate to add a key to it")
    _write(options.to, KeyRing([key]))
    return [f"{options.to}: key {key.id} made"]


def _list(options: argparse.Namespace) -> list[str]:
    ring = read_ring(options.ring) if options.ring else ring_from_environment()
    rows = [("ID", "TENANT", "USE")]
    for key in ring:
        tenant = "(shared)" if key.tenant is None else key.tenant
        rows.append((key.id, tenant, "writes and reads" if ring.is_active(key) else "reads"))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"{a:{widths[0]}}  {b:{widths[1]}}  {c}" for a, b, c in rows]


def _rotate(options: argparse.Namespace) -> list[str]:
    key = Key.generate(options.id, tenant=options.tenant)
    _write(options.ring, read_ring(options.ring).with_key(key))
    return [f"{options.ring}: new data is written with key {key.id}; restart the servers"]


def _remove(options: argparse.Namespace) -> list[str]:
    _write(options.ring, read_ring(options.ring).without(options.id))
    return [f"{options.ring}: key {options.id} removed"]


def _write(path: Path, ring: KeyRing) -> None:
    # Whole or not at all, and readable by nobody else from its first byte.
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(dump_ring(ring))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise KeyRingError(f"{path}: {error.strerror or type(error).__name__}") from None
