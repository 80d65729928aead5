"""The examples of docs/plugins.md, and the tables of options against the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_src.plugins import defaults, request_ids, signed
from tests.core.wire import Seen, WireServer, ok

from graphwire_core import AsyncClient, Client, ClientOptions, ClientSettings
from graphwire_core.plugins import _specs

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def healthy(seen: Seen, connection: object) -> None:
    thread = b'{"thread_id":"t","created_at":"2026-01-01T00:00:00Z","updated_at":'
    thread += b'"2026-01-01T00:00:00Z","metadata":{},"status":"idle"}'
    body = thread if seen.line.startswith("POST") else b'{"ok": true}'
    connection.sendall(ok(body))  # type: ignore[attr-defined]  # a socket


def test_the_middleware_of_the_page_sees_every_request() -> None:
    with WireServer(healthy) as server:
        seen = request_ids.main(server.url)
        ids = [one.headers["x-request-id"] for one in server.seen]
    assert seen == ["/ok 200", "/threads 200", "/threads/{thread_id} 200"]
    assert len(set(ids)) == 3


def test_the_defaults_of_the_page_are_what_nobody_else_sets() -> None:
    with WireServer(healthy) as server:
        sources = defaults.main(server.url)
        assert [one.headers["x-team"] for one in server.seen] == ["search"]
    assert sources == ["plugin 'Defaults', hook graphwire_configure", "keyword retry="]


async def test_the_credentials_of_the_page_serve_both_colours_and_renew_their_key() -> None:
    keys = iter([b"old", b"new", b"other"])

    def refusing_the_first(seen: Seen, connection: object) -> None:
        status = "401 Unauthorized" if len(server.seen) == 1 else "200 OK"
        connection.sendall(ok(b'{"ok": true}', status))  # type: ignore[attr-defined]  # a socket

    with WireServer(refusing_the_first) as server:
        with signed.client(server.url, lambda: next(keys)) as client:
            assert isinstance(client, Client)
            assert client.server.ok().ok
        async with signed.async_client(server.url, lambda: next(keys)) as other:
            assert isinstance(other, AsyncClient)
            assert (await other.server.ok()).ok
    assert len({one.headers["x-signature"] for one in server.seen}) == 3


def options() -> dict[str, tuple[str, str, str]]:
    table = (DOCS / "client.md").read_text().split("## Options")[1].split("\n## ")[0]
    rows = ROW.findall(table)
    return {name: (variables, default, form) for name, variables, default, form in rows}


def test_the_table_has_every_option_and_no_other() -> None:
    known = ClientSettings.model_fields.keys() | ClientOptions.__annotations__.keys()
    assert options().keys() == known | {"http_client"}


@pytest.mark.parametrize("option", ClientSettings.model_fields)
def test_the_table_names_the_variables_of_an_option_in_their_order(option: str) -> None:
    variables = re.findall(r"`(\w+)`", options()[option][0])
    assert tuple(variables) == ClientSettings.variables()[option]


@pytest.mark.parametrize("option", ClientSettings.model_fields)
def test_the_table_names_the_default_of_an_option(option: str) -> None:
    default = ClientSettings.model_fields[option].get_default(call_default_factory=True)
    said = options()[option][1]
    if isinstance(default, bool | str):
        assert said.partition(";")[0] == f"`{default}`"
    elif option in {"timeout", "limits", "retry"}:
        made = re.fullmatch(r"`(\w+)\((.*)\)`", said)
        assert made is not None
        pairs = (pair.split("=") for pair in made[2].split(", ") if pair)
        assert type(default)(**{name: float(value) for name, value in pairs}) == default
    else:
        assert "`True`" not in said


def test_the_page_names_every_hook_of_a_client() -> None:
    text = (DOCS / "plugins.md").read_text()
    hooks = {name for name in dir(_specs.CoreHooks) if name.startswith("graphwire_")}
    assert hooks == set(re.findall(r"^\| `(graphwire_\w+)` \|", text, re.MULTILINE))
