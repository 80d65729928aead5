"""A graph that shows all that it does: compiled with stream transformers, and with thoughts.

Beyond what every graph sends there are updates, custom data, calls of tools with what they write
meanwhile, and a named channel, `progress`, with the steps of the root graph.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from examples.quickstart.chat_model import WordByWordModel
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolCallTransformer, ToolNode, ToolRuntime
from langgraph.stream import StreamChannel, StreamTransformer
from langgraph.stream._types import ProtocolEvent
from langgraph.stream.transformers import CustomTransformer, UpdatesTransformer
from typing_extensions import override


class Thinker(WordByWordModel):
    """Thinks aloud, one word at a time, before it speaks."""

    thoughts: str

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for position, word in enumerate(self.thoughts.split(" ")):
            await asyncio.sleep(self.delay)
            thought = word if position == 0 else f" {word}"
            block = {"type": "reasoning", "reasoning": thought, "index": 0}
            yield ChatGenerationChunk(message=AIMessageChunk(content=[block]))
        reply = self.script(messages)
        for position, word in enumerate(reply.text.split(" ")):
            await asyncio.sleep(self.delay)
            said = {"type": "text", "text": word if position == 0 else f" {word}", "index": 1}
            yield ChatGenerationChunk(message=AIMessageChunk(content=[said]))
        last = AIMessageChunk(
            content=[], usage_metadata=reply.usage_metadata, chunk_position="last"
        )
        yield ChatGenerationChunk(message=last)


class Progress(StreamTransformer):
    """Tells of every step of the root graph on the channel `progress`."""

    required_stream_modes = ("updates",)

    def __init__(self, scope: tuple[str, ...] = ()) -> None:
        super().__init__(scope)
        self._steps: StreamChannel[dict[str, Any]] = StreamChannel("progress")

    @override
    def init(self) -> dict[str, Any]:
        return {"progress": self._steps}

    @override
    def process(self, event: ProtocolEvent) -> bool:
        at_root = event["method"] == "updates" and not event["params"]["namespace"]
        for node in event["params"]["data"] if at_root else ():
            self._steps.push({"finished": node})
        return True


@tool
async def search(query: str, runtime: ToolRuntime) -> str:
    """Search the archive."""
    for piece in ("looking", {"found": 1}):
        runtime.emit_output_delta(piece)
        await asyncio.sleep(0.01)
    return f"One article on {query}."


@tool
async def call_source(name: str) -> str:
    """Call somebody who knows more."""
    raise RuntimeError(f"{name} does not answer")


@tool
async def spell(text: str) -> str:
    """Check the spelling."""
    return f"{text}: no mistakes."


def calling(*calls: tuple[str, dict[str, str], str]) -> AIMessage:
    made = [
        {"name": name, "args": args, "id": key, "type": "tool_call"} for name, args, key in calls
    ]
    return AIMessage("", tool_calls=made)


def speaking(text: str) -> AIMessage:
    usage = {"input_tokens": 4, "output_tokens": 3, "total_tokens": 7}
    return AIMessage(text, usage_metadata=usage)


RESEARCH = calling(
    ("search", {"query": "rivers"}, "call-search"),
    ("call_source", {"name": "Ann"}, "call-source"),
)
SPELLING = calling(("spell", {"text": "River"}, "call-spell"))

author = Thinker(
    script=lambda _: speaking("Rivers run deep"), thoughts="What about rivers?", delay=0.01
)
researcher = WordByWordModel(script=lambda _: RESEARCH, delay=0.01)
editor = WordByWordModel(script=lambda _: SPELLING, delay=0.01)
reader = WordByWordModel(script=lambda _: speaking("Good to print"), delay=0.01)


async def write(state: MessagesState) -> dict[str, Any]:
    get_stream_writer()({"draft": 1})
    return {"messages": [await author.ainvoke(state["messages"])]}


async def research(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await researcher.ainvoke(state["messages"])]}


async def revise(state: MessagesState) -> dict[str, Any]:
    get_stream_writer()({"name": "remarks", "payload": "shorter"})
    return {"messages": [await editor.ainvoke(state["messages"])]}


async def read(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await reader.ainvoke(state["messages"])]}


def chain(*nodes: tuple[str, Any]) -> StateGraph[MessagesState]:
    """Put nodes one after the other."""
    builder = StateGraph(MessagesState)
    names: Sequence[str] = [name for name, _ in nodes]
    for name, action in nodes:
        builder.add_node(name, action)
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)
    return builder


proof = chain(("read", read))
desk = chain(("revise", revise), ("tools", ToolNode([spell])), ("proof", proof.compile()))
newsroom = chain(
    ("write", write),
    ("research", research),
    ("tools", ToolNode([search, call_source], handle_tool_errors=True)),
    ("desk", desk.compile()),
)
graph = newsroom.compile(
    transformers=[ToolCallTransformer, UpdatesTransformer, CustomTransformer, Progress]
)
