"""Messages as langchain's own, where langchain-core is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphwire_core.errors import MissingPackageError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from graphwire_stream.messages.message import Message
    from graphwire_stream.messages.tool_calls import ToolCall

__all__ = ["langchain_message"]

_NO_TOKENS = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def langchain_message(message: Message) -> BaseMessage:
    """Make langchain's message.

    Raises:
        MissingPackageError: langchain-core is not installed.
    """
    try:
        from langchain_core import messages  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        raise MissingPackageError(
            "to_langchain() needs langchain-core: pip install langchain-core"
        ) from error
    kinds: dict[str, type[BaseMessage]] = {
        "ai": messages.AIMessage,
        "human": messages.HumanMessage,
        "system": messages.SystemMessage,
        "tool": messages.ToolMessage,
        "function": messages.FunctionMessage,
        "remove": messages.RemoveMessage,
    }
    kind = kinds.get(message.role, messages.ChatMessage)
    fields: dict[str, Any] = {"content": message.content, "id": message.id, "name": message.name}
    fields |= message.fields
    if kind is messages.AIMessage:
        fields |= _of_ai(message)
    elif kind is messages.ChatMessage:
        fields.setdefault("role", message.role)
    elif kind is messages.ToolMessage:
        fields.setdefault("tool_call_id", "")
    elif kind is messages.FunctionMessage:
        fields["name"] = message.name or ""
    return kind(**fields)


def _of_ai(message: Message) -> dict[str, Any]:
    """Return the fields that only a model's message has."""
    calls = message.tool_calls
    whole = [_whole(call) for call in calls if call.args is not None and call.error is None]
    broken = [_broken(call) for call in calls if call.args is None or call.error is not None]
    usage = message.usage
    return {
        "content": _with_whole_calls(message.content, {call["id"]: call for call in whole}),
        "tool_calls": whole,
        "invalid_tool_calls": broken,
        "usage_metadata": None
        if usage is None
        else _NO_TOKENS | usage.model_dump(exclude_unset=True),
    }


def _whole(call: ToolCall) -> dict[str, Any]:
    return {"type": "tool_call", "name": call.name or "", "args": call.args, "id": call.id}


def _broken(call: ToolCall) -> dict[str, Any]:
    return {
        "type": "invalid_tool_call",
        "name": call.name,
        "args": call.args_text,
        "id": call.id,
        "error": call.error,
    }


def _with_whole_calls(content: str | list[Any], calls: dict[str, dict[str, Any]]) -> Any:
    """Put calls in the place of the pieces that the content has of them."""
    if isinstance(content, str):
        return content
    for place, block in enumerate(content):
        if isinstance(block, dict) and block.get("type") == "tool_call_chunk":
            call = calls.get(block.get("id") or "")
            extras = {"extras": block["extras"]} if "extras" in block else {}
            content[place] = block if call is None else call | extras
    return content
