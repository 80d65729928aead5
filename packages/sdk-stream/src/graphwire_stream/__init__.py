"""Streaming for Graphwire: run streams and thread streams, over any core client."""

from graphwire_stream._async.run_stream import AsyncRunStream
from graphwire_stream._async.runs import AsyncStreamingRuns
from graphwire_stream._async.thread_stream.thread_stream import AsyncThreadStream
from graphwire_stream._async.threads import AsyncStreamingThreads
from graphwire_stream._sync.run_stream import RunStream
from graphwire_stream._sync.runs import StreamingRuns
from graphwire_stream._sync.thread_stream.thread_stream import ThreadStream
from graphwire_stream._sync.threads import StreamingThreads
from graphwire_stream.parts import StreamPart, StreamPartV2, UnknownPart
from graphwire_stream.resumption import RunCursor

__all__ = [
    "AsyncRunStream",
    "AsyncStreamingRuns",
    "AsyncStreamingThreads",
    "AsyncThreadStream",
    "RunCursor",
    "RunStream",
    "StreamPart",
    "StreamPartV2",
    "StreamingRuns",
    "StreamingThreads",
    "ThreadStream",
    "UnknownPart",
]
