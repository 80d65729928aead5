"""Commands of a thread stream: start a run, answer its interrupts, look at the agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from graphwire_core import AsyncAssistants
from graphwire_core._arguments import Headers, Params
from graphwire_core.errors import StreamError
from graphwire_core.models import AssistantGraph, LangSmithTracing, MultitaskStrategy
from graphwire_stream import _commands
from graphwire_stream._drivers import Deadline
from graphwire_stream._session import Interrupt
from graphwire_stream.protocol import (
    InputRespond,
    InputRespondMany,
    InputResponse,
    RunStart,
    RunStarted,
)

if TYPE_CHECKING:
    from graphwire_stream._async.thread_stream.thread_stream import AsyncThreadStream

__all__ = ["AsyncAgent", "AsyncThreadRun"]


class RunOptions(TypedDict, total=False):
    """What a run may be started with beside its input: see `run.start`."""

    config: Mapping[str, Any]
    metadata: Mapping[str, Any]
    langsmith_tracing: LangSmithTracing | Mapping[str, Any]
    multitask_strategy: MultitaskStrategy
    resume: bool


class AsyncThreadRun:
    """Runs of the thread: `await thread.run(input)` starts one and returns its output."""

    def __init__(self, thread: AsyncThreadStream) -> None:
        self._thread = thread

    async def __call__(
        self, input: Any = None, *, timeout: float | None = None, **options: Unpack[RunOptions]
    ) -> Any:
        """Start a run and wait for its output.

        Args:
            input: Input of the graph.
            timeout: Longest wait for it, in seconds. Default: the stream's, for each event.
            **options: As of `start`.

        Raises:
            RunFailedError: The run failed, or was cancelled.
            RequestTimeout: The run was not over in time; it goes on.
        """
        Deadline(timeout)  # refuse a wrong one before the run is started
        await self.start(input=input, **options)
        return await self._thread.result(timeout)

    async def start(
        self,
        *,
        input: Any = None,
        config: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        langsmith_tracing: LangSmithTracing | Mapping[str, Any] | None = None,
        multitask_strategy: MultitaskStrategy | None = None,
        resume: bool = False,
    ) -> RunStarted:
        """Start a run (`run.start`); projections that are opened from now on are about it.

        Args:
            input: Input of the graph, any JSON.
            config: `configurable`, `tags`, `recursion_limit`; `configurable.checkpoint_id` forks.
            metadata: Metadata of the run.
            langsmith_tracing: `project_name` and `example_id` of the trace.
            multitask_strategy: What to do while another run is going on. Server default:
                `"enqueue"`.
            resume: On a thread that is interrupted the server takes `input` for the answer to its
                interrupt. `False` refuses to start there; `True` says that this is meant.

        Raises:
            StreamError: The thread is interrupted, and `resume` is not set.
            APIStatusError: The server refused the run.
        """
        thread = self._thread
        thread.check_open()
        if input is not None and not resume:
            await self._refuse_accident()
        given = {
            "input": input,
            "config": config,
            "metadata": metadata,
            "langsmith_tracer": langsmith_tracing,
            "multitask_strategy": multitask_strategy,
        }
        params = {key: value for key, value in given.items() if value is not None}
        sent = RunStart(id=thread.next_id(), assistant_id=thread.assistant_id, **params)
        return await self._begin(sent)

    async def respond(
        self,
        response: Any,
        *,
        interrupt_id: str | None = None,
        update: Mapping[str, Any] | None = None,
        goto: Any = None,
        config: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Answer an interrupt (`input.respond`), which starts a run that goes on from there.

        Projections that are opened from now on are about that run.

        Args:
            response: What `interrupt()` returns in the graph, any JSON.
            interrupt_id: Which interrupt. May be left out where there is exactly one.
            update: State to write first.
            goto: Node, or nodes, to go on with.
            config: Config of the run that goes on.
            metadata: Metadata of that run.

        Raises:
            StreamError: The thread has no open interrupt, or has several and none was named.
            NotFoundError: The interrupt is not open any more.
        """
        interrupt = _one(await self._open_interrupts(), interrupt_id)
        extra = _given(update=update, goto=goto, config=config, metadata=metadata)
        sent = InputRespond(
            id=self._thread.next_id(),
            interrupt_id=interrupt.interrupt_id,
            namespace=list(interrupt.namespace),
            response=response,
            **extra,
        )
        await self._resume(sent)

    async def respond_all(
        self,
        responses: Mapping[str, Any] | Sequence[Any],
        *,
        update: Mapping[str, Any] | None = None,
        goto: Any = None,
        config: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Answer several interrupts at once (`input.respond`), and go on from all of them.

        Args:
            responses: Answers by interrupt id, or one for each open interrupt, in their order.
            update: State to write first.
            goto: Node, or nodes, to go on with.
            config: Config of the run that goes on.
            metadata: Metadata of that run.

        Raises:
            StreamError: An id is not of an open interrupt, or the number of answers is wrong.
        """
        known = await self._open_interrupts()
        if not isinstance(responses, Mapping):
            if len(responses) != len(known):
                raise StreamError(
                    f"{len(responses)} responses for {len(known)} open interrupts: give one for "
                    "each, or a mapping by interrupt id"
                )
            pairs = zip((one.interrupt_id for one in known), responses, strict=True)
            responses = dict(pairs)
        extra = _given(update=update, goto=goto, config=config, metadata=metadata)
        answers = [
            InputResponse(
                interrupt_id=name, namespace=list(_one(known, name).namespace), response=response
            )
            for name, response in responses.items()
        ]
        await self._resume(InputRespondMany(id=self._thread.next_id(), responses=answers, **extra))

    async def _begin(self, sent: RunStart) -> RunStarted:
        thread = self._thread
        async with thread.driver.commands:
            await thread.connect_ahead()
            track = thread.driver.tell(thread.session.expect)
            try:
                started = await thread.send(_commands.command(thread.thread_id, sent))
            except BaseException as error:
                thread.driver.tell(thread.session.refused, track, error)
                raise
            thread.driver.tell(thread.session.started, track, started.run_id)
        return started

    async def _refuse_accident(self) -> None:
        if await self._thread.awaits_answer():
            raise StreamError(
                f"Thread {self._thread.thread_id} is interrupted: the server would take the input "
                "for the answer. Use run.respond(), or start(..., resume=True) if you mean that"
            )

    async def _open_interrupts(self) -> Sequence[Interrupt]:
        self._thread.check_open()
        return self._thread.interrupts or await self._thread.records.interrupts()

    async def _resume(self, sent: InputRespond | InputRespondMany) -> None:
        thread = self._thread
        async with thread.driver.commands:
            await thread.connect_ahead()
            track = thread.driver.tell(thread.session.expect)
            try:
                await thread.send(_commands.command(thread.thread_id, sent))
                run_id = await thread.records.latest()
            except BaseException as error:
                thread.driver.tell(thread.session.refused, track, error)
                raise
            thread.driver.tell(thread.session.started, track, run_id)


class AsyncAgent:
    """The agent of a thread stream: its assistant."""

    def __init__(self, thread: AsyncThreadStream) -> None:
        self._thread = thread

    async def get_tree(
        self,
        *,
        xray: int | bool = False,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> AssistantGraph:
        """Return the graph of the assistant (`GET /assistants/{assistant_id}/graph`).

        Args:
            xray: `True` to draw subgraphs too, a number for how many levels of them.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        self._thread.check_open()
        assistants = AsyncAssistants(self._thread.sender)
        return await assistants.get_graph(
            self._thread.assistant_id,
            xray=xray,
            headers=headers,
            params=params,
        )


def _given(**options: Any) -> dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None}


def _one(known: Sequence[Interrupt], interrupt_id: str | None) -> Interrupt:
    """Return the interrupt that is meant."""
    ids = ", ".join(one.interrupt_id for one in known)
    if not known:
        raise StreamError("The thread has no open interrupt to respond to")
    if interrupt_id is None:
        if len(known) > 1:
            raise StreamError(
                f"The thread has {len(known)} open interrupts ({ids}): name one with "
                "interrupt_id=, or answer all with respond_all()"
            )
        return known[0]
    for one in known:
        if one.interrupt_id == interrupt_id:
            return one
    raise StreamError(f"The thread has no open interrupt {interrupt_id!r}; open are: {ids}")
