"""The marker for "not given", where `None` has a meaning of its own."""

from __future__ import annotations

from enum import Enum
from typing import Final

__all__ = ["OMIT", "Omit"]


class Omit(Enum):
    """Type of `OMIT`: the keyword was not given, so nothing is sent for it."""

    OMIT = "OMIT"

    def __repr__(self) -> str:
        return "OMIT"

    def __bool__(self) -> bool:
        return False


OMIT: Final = Omit.OMIT
"""Leave this key out of the request. `None`, by contrast, is sent as JSON null."""
