"""What thread streams yield, for annotations: messages, calls of tools, subgraphs, interrupts.

`client.threads.stream(...)` makes the streams.
"""

from graphwire_stream._async.thread_stream.messages import AsyncMessageStream
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraph
from graphwire_stream._async.thread_stream.thread_stream import AsyncThreadStream
from graphwire_stream._async.thread_stream.tools import AsyncToolCallStream
from graphwire_stream._session import Interrupt
from graphwire_stream._sync.thread_stream.messages import MessageStream
from graphwire_stream._sync.thread_stream.subgraphs import Subgraph
from graphwire_stream._sync.thread_stream.thread_stream import ThreadStream
from graphwire_stream._sync.thread_stream.tools import ToolCallStream

__all__ = [
    "AsyncMessageStream",
    "AsyncSubgraph",
    "AsyncThreadStream",
    "AsyncToolCallStream",
    "Interrupt",
    "MessageStream",
    "Subgraph",
    "ThreadStream",
    "ToolCallStream",
]
