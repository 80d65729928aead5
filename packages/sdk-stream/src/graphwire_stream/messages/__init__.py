"""Messages put together from the events of a stream, without langchain."""

from graphwire_stream.messages.accumulator import MessageAccumulator, MessageUpdate
from graphwire_stream.messages.message import Message
from graphwire_stream.messages.token import Token
from graphwire_stream.messages.tool_calls import ToolCall
from graphwire_stream.messages.usage import Usage

__all__ = ["Message", "MessageAccumulator", "MessageUpdate", "Token", "ToolCall", "Usage"]
