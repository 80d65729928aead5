"""The stream of a thread: start runs, and read them through projections, over one connection."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar

from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core.errors import (
    RunFailedError,
    StreamError,
    StreamInterrupted,
)
from graphwire_stream._async.thread_stream.commands import AsyncAgent, AsyncThreadRun
from graphwire_stream._async.thread_stream.events import AsyncEvents, AsyncExtensions
from graphwire_stream._async.thread_stream.interleaved import AsyncInterleaved
from graphwire_stream._async.thread_stream.messages import AsyncMessages, AsyncText
from graphwire_stream._async.thread_stream.records import AsyncRecords
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraphs
from graphwire_stream._async.thread_stream.tools import AsyncToolCalls
from graphwire_stream._async.thread_stream.values import AsyncValues
from graphwire_stream._drivers import AsyncDriver, Deadline, async_deferred
from graphwire_stream._session import Interest, Interrupt, Session, Track
from graphwire_stream._session.session import ALWAYS
from graphwire_stream.event_transports import AsyncEventTransport
from graphwire_stream.protocol import EventStreamRequest
from graphwire_stream.protocol._channels import CHANNELS

__all__ = ["AsyncThreadStream"]

T = TypeVar("T")


class AsyncThreadStream:
    """The runs of a thread, live: enter it, start a run, and read what it does.

    ```python
    async with client.threads.stream(assistant_id="agent") as thread:
        await thread.run.start(input={"messages": [{"role": "user", "content": "Hello"}]})
        async for message in thread.messages:
            async for token in message.text:
                print(token, end="")
        print(await thread.output)
    ```

    Projections read the run that was started last, or the thread's current run where none was
    started here, from its first event to its end. When it fails, they raise its `RunFailedError`
    after the last event.
    """

    def __init__(
        self,
        sender: AsyncSender,
        transport: AsyncEventTransport,
        thread_id: str,
        *,
        commands: AsyncSender,
        assistant_id: str,
        exists: bool = False,
        timeout: float | None = None,
        max_lag: int = 10_000,
        raise_on_error: bool = True,
    ) -> None:
        self.sender = sender
        self.thread_id = thread_id
        """Id of the thread; a new one where none was given."""
        self.assistant_id = assistant_id
        """Assistant, or graph, that runs are started with."""
        self.timeout = timeout
        """Longest wait for the next event of a projection, in seconds; `None` waits on."""
        codecs = sender.exchange.codecs
        self.session = Session(
            thread_id,
            max_lag=max_lag,
            raise_on_error=raise_on_error,
            decode=codecs.event if codecs is not None else None,
        )
        self.records = AsyncRecords(sender, thread_id)
        self.driver = AsyncDriver(self.session, transport, self.records.is_over)
        self.run = AsyncThreadRun(self)
        """Starts runs, and answers their interrupts."""
        self.agent = AsyncAgent(self)
        """The assistant's graph."""
        self._commands = commands
        self._exists = exists
        self._ids = count(1)
        self._state = "not entered"

    # What a run does

    @property
    def messages(self) -> AsyncMessages:
        """The messages of the root graph, as they begin; each is a stream of its own."""
        return AsyncMessages(self._declared("messages"))

    def text(self) -> AsyncText:
        """Return the text that models write in the root graph, piece by piece."""
        return AsyncText(self._declared("messages"))

    @property
    def tool_calls(self) -> AsyncToolCalls:
        """The calls of tools of the root graph, as they begin."""
        return AsyncToolCalls(self._declared("tools"))

    @property
    def subgraphs(self) -> AsyncSubgraphs:
        """The graphs directly inside the root graph, as they start."""
        return AsyncSubgraphs(self._declared("messages", "tools"))

    @property
    def subagents(self) -> AsyncSubgraphs:
        """The graphs directly inside the root graph, as `subgraphs`."""
        return self.subgraphs

    @property
    def values(self) -> AsyncValues:
        """The states of the root graph, step by step; `get()` waits for the output."""
        return AsyncValues(self._declared("values"))

    @property
    def extensions(self) -> AsyncExtensions:
        """Named channels of the graph.

        Their events are live only: use `extensions[name]` before the run is started.
        """
        return AsyncExtensions(self._declared())

    @property
    def events(self) -> AsyncEvents:
        """Every event of the run."""
        return AsyncEvents(self._declared(*CHANNELS), Interest(frozenset(CHANNELS)))

    def subscribe(
        self,
        channels: Collection[str],
        *,
        namespaces: Sequence[Sequence[str]] | None = None,
        depth: int | None = None,
    ) -> AsyncEvents:
        """Return the run's events of some channels.

        Args:
            channels: `"values"`, `"messages"`, `"custom:<name>"` and so on.
            namespaces: Only of these graphs and those inside them; a segment without `:` stands
                for every task of that node. Default: of all.
            depth: How many levels below `namespaces`. Default: all.

        Raises:
            InvalidArgumentError: A channel is unknown, or has an empty name; or another argument
                has another form.
        """
        wanted = EventStreamRequest(channels=channels, namespaces=namespaces, depth=depth)
        places = tuple(tuple(one) for one in wanted.namespaces or ())
        interest = Interest(frozenset(wanted.channels), places or None, wanted.depth)
        return AsyncEvents(self._declared(*wanted.channels), interest)

    def interleave_projections(self, channels: Collection[str]) -> AsyncInterleaved:
        """Return pairs of name and item of several projections, in the order of arrival.

        Args:
            channels: `"values"`, `"messages"`, `"tool_calls"`, `"subgraphs"`, `"updates"`,
                `"checkpoints"`, `"tasks"`, or names of extensions.

        Raises:
            InvalidArgumentError: A name is empty, or is a channel that is no projection.
        """
        return AsyncInterleaved(self._declared(), channels)

    # How it ends

    @async_deferred
    async def output(self, timeout: float | None = None) -> Any:
        """The values of the root graph when the run is over, as of `result`."""
        return await self.result(timeout)

    async def result(self, timeout: float | None = None) -> Any:
        """Wait until the run is over, and return the values of the root graph.

        An interrupted run has the values that it stopped with: see `interrupted`.

        Args:
            timeout: Longest wait, in seconds. Default: the stream's, for each event.

        Raises:
            RunFailedError: The run failed, or was cancelled.
            RequestTimeout: The run was not over in time.
            StreamError: There is no run, or its stream cannot go on.
        """
        self.check_open()
        deadline = Deadline(timeout, self.timeout)
        track = await self.current()
        if track.run_id is None and track.status == "pending" and not self.session.expecting:
            if not self._exists:
                raise StreamError("There is no run to wait for: call run.start() first")
            return await self.records.values()
        await _finish(self, track, deadline)
        await self.records.explain(track)
        failure = track.failure(self.thread_id)
        if failure is not None:
            raise failure
        if track.status == "interrupted" and not track.interrupts:
            await self.records.refuse_cancelled(track)
        return await self.records.values_of(track)

    @property
    def interrupted(self) -> bool:
        """Whether the run has stopped at an interrupt, or was cancelled, as far as was read."""
        return self.session.track is not None and self.session.track.status == "interrupted"

    @property
    def interrupts(self) -> list[Interrupt]:
        """The questions that the run has stopped at, as far as was read."""
        return list(self.session.track.interrupts) if self.session.track is not None else []

    # Its life

    async def aclose(self) -> None:
        """Close the connection and end every projection; the run goes on."""
        self._state = "closed"
        await self.driver.aclose()

    async def __aenter__(self) -> Self:
        if self._state != "not entered":
            raise StreamError(f"The thread stream is {self._state}: make another one")
        self._state = "open"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        track = self.session.track
        run = f"run={track.run_id} {track.status}" if track is not None else "no run"
        return f"<{type(self).__name__} {self._state} thread={self.thread_id} {run}>"

    # What its parts need

    def check_open(self) -> None:
        """Raise unless the stream is entered and not closed."""
        if self._state == "not entered":
            raise StreamError("The thread stream is not entered: use `async with`")
        if self._state == "closed":
            raise StreamError("The thread stream is closed")

    async def current(self) -> Track:
        """Return the run that is read: the one started here last, or the thread's own."""
        if self.session.track is not None:
            return self.session.track
        found = await self.records.current() if self._exists else None
        run_id, over = found or (None, False)
        return self.driver.tell(self.session.attach, run_id, over=over)

    async def connect_ahead(self) -> None:
        """Connect before a run starts where something was asked for: some events are live only."""
        if self.session.channels != ALWAYS:
            await self.driver.connect()

    async def send(self, operation: Operation[T]) -> T:
        """Send a command."""
        return await self._commands.send(operation)

    def next_id(self) -> int:
        """Return the id of the next command."""
        return next(self._ids)

    async def awaits_answer(self) -> bool:
        """Whether an input would be taken for the answer to an interrupt."""
        track = self.session.track
        if track is None or track.run_id is None:
            return self._exists and bool(await self.records.interrupts())
        if track.status in {"completed", "failed"}:
            return False
        return bool(track.interrupts or await self.records.interrupts())

    def _declared(self, *channels: str) -> Self:
        self.check_open()
        self.driver.tell(self.session.declare, frozenset(channels))
        return self


async def _finish(thread: AsyncThreadStream, track: Track, deadline: Deadline) -> None:
    """Wait until a run is over, whether or not it failed."""
    heard = thread.session.channels if deadline.by_silence else ALWAYS
    consumer = thread.driver.tell(thread.session.open, track, Interest(heard))
    try:
        while True:
            ended = consumer.ended  # before the last look: more may come in between
            while consumer.take() is not None:
                pass
            if ended:
                return
            await thread.driver.wait(consumer, deadline)
    except RunFailedError:
        return
    except StreamInterrupted:
        if not track.over:
            raise
        await thread.records.learn(track)
    finally:
        consumer.close()
