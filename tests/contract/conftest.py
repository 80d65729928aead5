"""What the contract suite shares: every response is validated strictly, as it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.contract.prepared import Finished, prepare
from tests.contract.receiver import Receiver
from tests.strictness import assert_strict, strict_validate

from graphwire_core import _paging, _reading
from graphwire_core._operations import runs
from graphwire_core._reading import adapter as lax_adapter
from graphwire_stream import _events
from graphwire_stream.parts import UnknownPart, parse_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphwire_core.testing import DevServer


READERS = (_reading, _paging, runs)
"""Every module that validates what the server sent."""


class StrictAdapter:
    """The client's own `TypeAdapter`, without coercion or fields that are not written down."""

    def __init__(self, kind: Any) -> None:
        self._adapter = lax_adapter(kind)

    def validate_python(self, decoded: Any) -> Any:
        value = self._adapter.validate_json(json.dumps(decoded), strict=True)
        assert_strict(value)
        return value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)


def strict_part(event: str, data: Any, id: str | None = None) -> Any:
    """Make a v2 part; its event and each of its fields must be known, and need no coercion."""
    part = parse_part(event, data, id)
    assert not isinstance(part, UnknownPart), f"unknown event {event!r}"
    assert_strict(part)
    payload = data
    if part.type == "values" and isinstance(data, dict):
        payload = {key: value for key, value in data.items() if key != "__interrupt__"}
    asked = data.get("__interrupt__", []) if part.interrupts else []
    fields = {"type": part.type, "ns": part.ns, "data": payload, "interrupts": asked, "id": id}
    return strict_validate(type(part), fields)


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the strict mode in place of every way in which the client reads a response."""
    for module in READERS:
        monkeypatch.setattr(module, "adapter", StrictAdapter)
    monkeypatch.setitem(_events._CONVERTERS, "v2", strict_part)


@pytest.fixture(scope="session")
def prepared(server: DevServer) -> dict[str, Finished]:
    """Runs by graph that are over; their threads are to be read or copied, never changed."""
    return prepare(server.url)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A local HTTP server that keeps what webhooks bring."""
    with Receiver() as receiver:
        yield receiver
