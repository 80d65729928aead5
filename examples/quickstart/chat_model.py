"""A chat model without a network: it streams a scripted reply, one word at a time."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, TypeAlias

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCall, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from typing_extensions import override

Script: TypeAlias = Callable[[Sequence[BaseMessage]], AIMessage]


class WordByWordModel(BaseChatModel):
    """Answer with what `script` makes of the conversation, `delay` seconds between two pieces."""

    script: Script
    """The whole reply to a conversation; its text and tool calls are what gets streamed."""
    delay: float = 0.05

    @property
    def _llm_type(self) -> str:
        return "word-by-word"

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.script(messages))])

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in pieces(self.script(messages)):
            time.sleep(self.delay)
            yield ChatGenerationChunk(message=chunk)

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in pieces(self.script(messages)):
            await asyncio.sleep(self.delay)
            yield ChatGenerationChunk(message=chunk)


def pieces(reply: AIMessage) -> Iterator[AIMessageChunk]:
    """Cut a reply into chunks: its words, then its tool calls, then the closing chunk."""
    words = reply.text.split(" ") if reply.text else []
    for position, word in enumerate(words):
        yield AIMessageChunk(content=word if position == 0 else f" {word}", id=reply.id)
    for index, call in enumerate(reply.tool_calls):
        yield from _call_pieces(call, index=index, message_id=reply.id)
    yield AIMessageChunk(
        content="", id=reply.id, usage_metadata=reply.usage_metadata, chunk_position="last"
    )


def _call_pieces(call: ToolCall, *, index: int, message_id: str | None) -> Iterator[AIMessageChunk]:
    """Cut a tool call as providers do: first its name and id, then its arguments."""
    opening = tool_call_chunk(name=call["name"], args="", id=call["id"], index=index)
    yield AIMessageChunk(content="", id=message_id, tool_call_chunks=[opening])
    arguments = json.dumps(call["args"])
    for start in range(0, len(arguments), 8):
        bit = tool_call_chunk(args=arguments[start : start + 8], index=index)
        yield AIMessageChunk(content="", id=message_id, tool_call_chunks=[bit])
