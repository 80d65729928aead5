"""Streaming for Graphwire: run streams as typed parts, over any core client."""

from graphwire_stream._async.run_stream import AsyncRunStream
from graphwire_stream._async.runs import AsyncStreamingRuns
from graphwire_stream._async.threads import AsyncStreamingThreads
from graphwire_stream._sync.run_stream import RunStream
from graphwire_stream._sync.runs import StreamingRuns
from graphwire_stream._sync.threads import StreamingThreads
from graphwire_stream.parts import StreamPart, StreamPartV2, UnknownPart

__all__ = [
    "AsyncRunStream",
    "AsyncStreamingRuns",
    "AsyncStreamingThreads",
    "RunStream",
    "StreamPart",
    "StreamPartV2",
    "StreamingRuns",
    "StreamingThreads",
    "UnknownPart",
]
