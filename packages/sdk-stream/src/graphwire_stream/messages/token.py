"""A piece of text that a model wrote."""

from __future__ import annotations

from typing import Self

from graphwire_stream.messages.message import Message

__all__ = ["Token"]


class Token(str):
    """Text as it arrives, which knows the message that it belongs to."""

    __slots__ = ("message",)

    message: Message
    """The message so far, this piece included."""

    def __new__(cls, text: str, message: Message) -> Self:
        """Make the piece of a message."""
        token = super().__new__(cls, text)
        token.message = message
        return token
