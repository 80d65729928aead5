"""The examples of the page on streams, run against the real server as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs_src.streams import resuming, text

from graphwire_core.testing import DevServer


async def test_the_words_are_printed_and_the_messages_kept(
    server: DevServer, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = await text.main(server.url)

    printed = capsys.readouterr().out
    assert "Let me check." in printed
    assert "The tool says: It is sunny in Los Angeles." in printed
    assert "called: " in printed
    assert [message.role for message in messages] == ["ai", "tool", "ai"]


def test_the_second_process_reads_the_rest(server: DevServer, tmp_path: Path) -> None:
    file = tmp_path / "cursor.json"

    assert resuming.start(file, server.url) == [0, 1, 2]
    assert resuming.go_on(file, server.url) == [3, 4, 5, 6, 7, 8, 9]
