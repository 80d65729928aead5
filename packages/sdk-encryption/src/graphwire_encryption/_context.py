"""What a handler is told about the data: where it belongs, and under which context."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["EncryptionContext"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionContext:
    """Where data belongs, and the entries that the server stores in clear next to it.

    Only `metadata` is the same at encryption and decryption: the server moves values between
    models and fields, so use those two to choose what to encrypt and never to choose a key.
    """

    model: str | None = None
    """`run`, `thread`, `assistant`, `cron`, `store` or `checkpoint`, where known."""
    field: str | None = None
    """`metadata`, `input`, `config`, `context`, `configurable`, `value` and so on."""
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the context handler returned; without one, what the request's header says.

    It is read-only: what a handler wrote into it would not be stored.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
