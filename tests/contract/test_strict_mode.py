"""The strict mode of this suite sees what the client itself would let pass."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel
from tests.contract.conftest import READERS, StrictAdapter, strict_part

from graphwire import get_sync_client
from graphwire.errors import ResponseValidationError
from graphwire.models import ResponseModel
from graphwire_stream.parts import parse_part

if TYPE_CHECKING:
    from graphwire_core.testing import DevServer


class Narrow(ResponseModel):
    version: str


class Lax(BaseModel):
    ok: int
    services: dict[str, str]


def test_a_field_that_no_model_names_fails(server: DevServer) -> None:
    with (
        get_sync_client(server.url) as client,
        pytest.raises(AssertionError, match=r"unknown fields: Narrow\.flags"),
    ):
        client.request("GET", "/info", output=Narrow)


def test_a_value_of_another_type_fails(server: DevServer) -> None:
    with (
        get_sync_client(server.url) as client,
        pytest.raises(ResponseValidationError, match="ok: Input should be a valid integer"),
    ):
        client.request("GET", "/ok", output=Lax)


def test_an_unknown_event_or_field_of_an_event_fails() -> None:
    known = {"run_id": "r", "attempt": 1}

    assert strict_part("metadata", known) == parse_part("metadata", known)
    with pytest.raises(AssertionError, match="unknown event 'news'"):
        strict_part("news", {})
    with pytest.raises(AssertionError, match="mood"):
        strict_part("metadata", {**known, "mood": "good"})
    with pytest.raises(ValueError, match="attempt"):
        strict_part("metadata", {"run_id": "r", "attempt": "1"})


def test_every_reader_of_responses_is_strict() -> None:
    ours = [module for name, module in sys.modules.items() if name.startswith("graphwire")]
    readers = {module for module in ours if hasattr(module, "adapter")}
    others = ("graphwire_core.cache._values", "graphwire_core.runtime")  # they read no responses
    readers -= {sys.modules.get(name) for name in others}

    assert readers == set(READERS)
    assert all(module.adapter is StrictAdapter for module in readers)
