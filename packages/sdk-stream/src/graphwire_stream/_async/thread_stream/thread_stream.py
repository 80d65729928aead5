"""The stream of a thread: start runs, and read them through projections, over one connection."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeVar

from graphwire_core import AsyncRuns, AsyncThreads
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core.errors import (
    GraphwireError,
    NotFoundError,
    RunFailedError,
    StreamError,
    StreamInterrupted,
)
from graphwire_core.models import Run
from graphwire_stream._async.thread_stream.commands import AsyncAgent, AsyncThreadRun
from graphwire_stream._async.thread_stream.events import AsyncEvents, AsyncExtensions
from graphwire_stream._async.thread_stream.interleaved import AsyncInterleaved
from graphwire_stream._async.thread_stream.messages import AsyncMessages, AsyncText
from graphwire_stream._async.thread_stream.subgraphs import AsyncSubgraphs
from graphwire_stream._async.thread_stream.tools import AsyncToolCalls
from graphwire_stream._async.thread_stream.values import AsyncValues
from graphwire_stream._drivers import AsyncDriver, async_deferred
from graphwire_stream._session import Interest, Interrupt, Session, Track
from graphwire_stream._session.interrupts import open_interrupts
from graphwire_stream._session.session import ALWAYS
from graphwire_stream.event_transports import AsyncEventTransport
from graphwire_stream.protocol import check_channels
from graphwire_stream.protocol._channels import CHANNELS

__all__ = ["AsyncThreadStream"]

T = TypeVar("T")

_RECENT = 20
"""Runs that are looked at to find the current one."""


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
        assistant_id: str,
        exists: bool = False,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        max_lag: int = 10_000,
        raise_on_error: bool = True,
    ) -> None:
        self.sender = sender
        self.thread_id = thread_id
        """Id of the thread; a new one where none was given."""
        self.assistant_id = assistant_id
        """Assistant, or graph, that runs are started with."""
        self.headers = dict(headers or {})
        self.timeout = timeout
        """Longest wait for the next event of a projection, in seconds; `None` waits on."""
        codecs = sender.exchange.codecs
        self.session = Session(
            thread_id,
            max_lag=max_lag,
            raise_on_error=raise_on_error,
            decode=codecs.event if codecs is not None else None,
        )
        self.driver = AsyncDriver(self.session, transport, self._is_over)
        self.run = AsyncThreadRun(self)
        """Starts runs, and answers their interrupts."""
        self.agent = AsyncAgent(self)
        """The assistant's graph."""
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
        namespaces: Collection[Sequence[str]] | None = None,
        depth: int | None = None,
    ) -> AsyncEvents:
        """Return the run's events of some channels.

        Args:
            channels: `"values"`, `"messages"`, `"custom:<name>"` and so on.
            namespaces: Only of these graphs and those inside them; a segment without `:` stands
                for every task of that node. Default: of all.
            depth: How many levels below `namespaces`. Default: all.

        Raises:
            InvalidArgumentError: A channel is unknown, or has an empty name.
        """
        names = check_channels(channels)
        places = None if namespaces is None else tuple(tuple(one) for one in namespaces)
        interest = Interest(frozenset(names), places or None, depth)
        return AsyncEvents(self._declared(*names), interest)

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
            timeout: Longest silence of the run, in seconds. Default: the stream's.

        Raises:
            RunFailedError: The run failed, or was cancelled.
            RequestTimeout: The run was silent for too long.
            StreamError: There is no run, or its stream cannot go on.
        """
        self.check_open()
        track = await self.current()
        if track.run_id is None and track.status == "pending" and not self.session.expecting:
            if not self._exists:
                raise StreamError("There is no run to wait for: call run.start() first")
            return (await AsyncThreads(self.sender).get_state(self.thread_id)).values
        await self._finish(track, timeout)
        failure = track.failure(self.thread_id)
        if failure is not None:
            raise failure
        if track.status == "interrupted" and not track.interrupts:
            await self._refuse_cancelled(track)
        return await self._values_of(track)

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
        run = _current(await self._runs()) if self._exists else None
        if self.session.track is not None:  # one was started meanwhile
            return self.session.track
        if run is None:
            return self.session.attach(None)
        return self.session.attach(run.run_id, over=run.status not in {"pending", "running"})

    async def connect_ahead(self) -> None:
        """Connect before a run starts where something was asked for: some events are live only."""
        if self.session.channels != ALWAYS:
            await self.driver.connect()

    async def send(self, operation: Operation[T]) -> T:
        """Send a command with the stream's headers."""
        return await self.sender.send(operation.customized(self.headers, None))

    def next_id(self) -> int:
        """Return the id of the next command."""
        return next(self._ids)

    async def latest_run(self) -> str:
        """Return the id of the run that was created last."""
        runs = await self._runs(limit=1)
        if not runs:
            raise StreamError("The server has no run for the answer to an interrupt")
        return runs[0].run_id

    async def awaits_answer(self) -> bool:
        """Whether an input would be taken for the answer to an interrupt."""
        if self.session.track is not None and self.session.track.run_id is not None:
            return self.interrupted and bool(self.interrupts)
        return self._exists and bool(await self.load_interrupts())

    async def load_interrupts(self) -> list[Interrupt]:
        """Ask the server for the open interrupts of the thread."""
        try:
            state = await AsyncThreads(self.sender).get_state(self.thread_id, subgraphs=True)
        except NotFoundError:
            return []
        return open_interrupts(state)

    def _declared(self, *channels: str) -> Self:
        self.check_open()
        self.session.declare(frozenset(channels))
        return self

    async def _runs(self, limit: int = _RECENT) -> Sequence[Run]:
        try:
            return await AsyncRuns(self.sender).list(self.thread_id, limit=limit)
        except NotFoundError:  # the thread is created with its first run
            return []

    async def _is_over(self, track: Track) -> bool:
        try:
            run = await AsyncRuns(self.sender).get(self.thread_id, track.run_id or "")
        except NotFoundError:
            return True
        except GraphwireError:  # it is asked again after the next silence
            return False
        return run.status not in {"pending", "running"}

    async def _finish(self, track: Track, timeout: float | None) -> None:
        consumer = self.session.open(track, Interest(ALWAYS))
        await self.driver.opened()
        try:
            while True:
                while consumer.take() is not None:
                    pass
                if consumer.ended:
                    return
                await self.driver.wait(consumer, timeout or self.timeout)
        except RunFailedError:
            return
        except StreamInterrupted:
            if not track.over:
                raise
            await self._learn(track)
        finally:
            consumer.close()

    async def _learn(self, track: Track) -> None:
        """Learn over REST how a run ended whose events the server does not have."""
        run = await AsyncRuns(self.sender).get(self.thread_id, track.run_id or "")
        track.learn(run.status)

    async def _refuse_cancelled(self, track: Track) -> None:
        run = await AsyncRuns(self.sender).get(self.thread_id, track.run_id or "")
        if run.status == "interrupted":
            raise RunFailedError(
                "The run was cancelled",
                type="Cancelled",
                run_id=track.run_id,
                thread_id=self.thread_id,
            )

    async def _values_of(self, track: Track) -> Any:
        """Return the last state that a run wrote, also when later runs have written others."""
        threads = AsyncThreads(self.sender)
        states = await threads.get_history(
            self.thread_id, limit=1, metadata={"run_id": track.run_id}
        )
        return (states[0] if states else await threads.get_state(self.thread_id)).values


def _current(runs: Sequence[Run]) -> Run | None:
    """Return the run of a thread that is going on, else the next one, else the last one."""
    for status in ("running", "pending"):
        going = [run for run in runs if run.status == status]
        if going:
            return going[-1]  # the list is newest first
    return runs[0] if runs else None
