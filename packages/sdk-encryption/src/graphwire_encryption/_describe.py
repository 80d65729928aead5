"""What may be said about somebody else's exception."""

from __future__ import annotations

from graphwire_encryption.exceptions import EncryptionError

__all__ = ["describe"]


def describe(error: BaseException) -> str:
    """Name an exception and its place; its text is left out, because it may quote data or keys."""
    if isinstance(error, EncryptionError):
        return str(error)
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_name}, line {place.tb_lineno}" if place else ""
    return f"{type(error).__name__}{where}"
