"""One message of a run, as far as it was received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphwire_stream.messages._draft import Draft, Namespace
from graphwire_stream.messages._growth import Text, plain
from graphwire_stream.messages._langchain import langchain_message
from graphwire_stream.messages.tool_calls import ToolCall, tool_call
from graphwire_stream.messages.usage import Usage, usage_of

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

__all__ = ["Message"]

_CALLS = frozenset({"tool_call", "tool_call_chunk", "invalid_tool_call"})


class Message:
    """A message that grows while its run is streamed.

    Each attribute says what is known now: read it again after the next event. Texts are put
    together when asked for, so a message costs no more than what it says.
    """

    __slots__ = ("_draft",)

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    @property
    def id(self) -> str | None:
        """Id of the message; `None` where the server gave none."""
        return self._draft.id

    @property
    def namespace(self) -> Namespace:
        """Namespace of the subgraph, outermost first; empty for the root graph."""
        return self._draft.namespace

    @property
    def role(self) -> str:
        """Who speaks: `"ai"`, `"human"`, `"system"`, `"tool"` or another type of message."""
        return self._draft.role or "ai"

    @property
    def name(self) -> str | None:
        """Name of the speaker, for a tool's answer the tool."""
        return self._draft.name

    @property
    def node(self) -> str | None:
        """Node of the graph that the message comes from; `None` where the server does not say."""
        node = self._draft.metadata.get("langgraph_node")
        return node if isinstance(node, str) else None

    @property
    def tool_call_id(self) -> str | None:
        """Which call a tool answers with this message."""
        name = plain(self._draft.fields.get("tool_call_id"))
        return name if isinstance(name, str) else None

    @property
    def metadata(self) -> dict[str, Any]:
        """What the server tells about where the message comes from."""
        return self._draft.metadata

    @property
    def text(self) -> str:
        """The text of the message, of all its blocks."""
        return self._draft.text()

    @property
    def reasoning(self) -> str:
        """What the model thought before it spoke, where its provider shows it."""
        return self._draft.reasoning()

    @property
    def content(self) -> str | list[Any]:
        """The content as the server has it: one text, or blocks."""
        content = self._draft.content
        return str(content) if isinstance(content, Text) else plain(self._draft.blocks())

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The content as blocks, each with its `type`; those of a type that is new as they came."""
        blocks = [
            {"type": "text", "text": str(block)} if isinstance(block, str | Text) else plain(block)
            for block in self._draft.blocks()
        ]
        return [block for block in blocks if isinstance(block, dict)]

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls that the model asks for, with their arguments as far as they are written."""
        calls = self._draft.calls or [
            block
            for block in self._draft.blocks()
            if isinstance(block, dict) and block.get("type") in _CALLS
        ]
        return [tool_call(call) for call in calls if isinstance(call, dict)]

    @property
    def usage(self) -> Usage | None:
        """What the message cost; `None` until the model says."""
        return None if self._draft.usage is None else usage_of(self._draft.usage)

    @property
    def fields(self) -> dict[str, Any]:
        """The message's other fields: `additional_kwargs`, `response_metadata`, `artifact`."""
        fields: dict[str, Any] = plain(self._draft.fields)
        return fields

    @property
    def error(self) -> str | None:
        """Why the message will not be finished; `None` unless the server says so."""
        return self._draft.error

    @property
    def done(self) -> bool:
        """Whether the message is complete, or has failed: it will not change any more."""
        return self._draft.done

    @property
    def events(self) -> int:
        """How many events have made it what it is."""
        return self._draft.events

    def to_langchain(self) -> BaseMessage:
        """Return the message as langchain's, as far as it is: an `AIMessage` for `"ai"`.

        Raises:
            MissingPackageError: langchain-core is not installed.
        """
        return langchain_message(self)

    def __repr__(self) -> str:
        text = self.text
        shown = text if len(text) <= 60 else f"{text[:60]}..."  # noqa: PLR2004
        state = "done" if self.done else "open"
        return f"<{type(self).__name__} {self.role} {state} id={self.id!r} text={shown!r}>"
