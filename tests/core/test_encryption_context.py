"""The encryption context of a client reaches the server as the server expects it."""

from __future__ import annotations

import base64
import json

import pytest

from graphwire_core import Client
from graphwire_core._exchange import Exchange
from graphwire_core._operations import server
from graphwire_core.errors import InvalidArgumentError


def sent(client: Client) -> object:
    header = client._sender.exchange.request(server.info()).headers.get("x-encryption-context")
    return None if header is None else json.loads(base64.b64decode(header))


def test_it_is_sent_with_every_request_as_base64_of_json() -> None:
    with Client("http://localhost", encryption_context={"tenant_id": "ä"}) as client:
        assert sent(client) == {"tenant_id": "ä"}


def test_a_variant_of_a_client_has_its_own() -> None:
    with Client("http://localhost") as client:
        assert sent(client) is None
        assert sent(client.with_options(encryption_context={"tenant_id": "b"})) == {
            "tenant_id": "b"
        }


def test_it_is_read_from_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHWIRE_ENCRYPTION_CONTEXT", '{"tenant_id": "c"}')
    with Client("http://localhost") as client:
        assert sent(client) == {"tenant_id": "c"}


def test_one_that_json_cannot_hold_is_an_error_that_names_the_option() -> None:
    with pytest.raises(InvalidArgumentError, match="encryption_context"):
        Client("http://localhost", encryption_context={"tenant_id": object()})


def test_it_is_not_part_of_a_repr() -> None:
    with Client("http://localhost", encryption_context={"tenant_id": "hidden"}) as client:
        exchange = Exchange.of(client.settings)
        assert "hidden" not in repr(client.settings) + repr(exchange)
