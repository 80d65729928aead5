"""A run that is read by one process after the other: each part once, whenever one dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graphwire_core.testing import DevServer

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = ["metadata", "values", *(f"custom {number}" for number in range(12)), "values"]


def parts_of_a_process(server: DevServer, file: Path, colour: str, parts: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.stream.reader", server.url, file, colour, str(parts)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    return [line.strip() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("colours", [("async", "sync", "async"), ("sync", "async", "sync")])
def test_a_process_goes_on_where_the_one_before_it_died(
    colours: tuple[str, str, str], server: DevServer, tmp_path: Path
) -> None:
    file = tmp_path / "cursor.json"
    first, second, third = (
        parts_of_a_process(server, file, colour, parts)
        for colour, parts in zip(colours, (1, 5, 0), strict=True)
    )

    assert (len(first), len(second)) == (1, 5)
    assert [*first, *second, *third] == EXPECTED
    # The run is over by now: what is left is nothing.
    assert parts_of_a_process(server, file, colours[0], 0) == []
