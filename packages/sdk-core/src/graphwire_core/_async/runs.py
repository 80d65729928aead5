"""Runs: one execution of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Unpack, overload

from graphwire_core._arguments import Headers, Id, Params
from graphwire_core._async._waiting import OnRunCreated, outcome_of
from graphwire_core._async.run_control import AsyncRunControl
from graphwire_core._operation import Operation
from graphwire_core._operations import runs as operations
from graphwire_core._operations.run_options import AttachedRunOptions, RunOptions
from graphwire_core._operations.runs import outcome_of_run
from graphwire_core._reading import check_type
from graphwire_core.models import (
    Run,
    RunCreate,
    RunCreateMetadata,
)

__all__ = ["AsyncRuns"]

JsonObject = Mapping[str, Any]
CreatedRuns = list[Run]  # inside the class, `list` is the method
T = TypeVar("T")


class AsyncRuns(AsyncRunControl):
    """Runs of a server, as `client.runs`."""

    async def create(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[RunOptions],
    ) -> Run:
        """Start a run in the background (`POST /threads/{thread_id}/runs`, `POST /runs`).

        Args:
            thread_id: UUID of the thread; `None` runs on a thread of its own.
            assistant_id: UUID of the assistant, or a graph name.
            on_run_created: Called with the ids of the run.
            headers: Extra request headers.
            params: Extra query parameters.
            **options: What and how to run: see `RunOptions`.
        """
        operation = operations.create(thread_id, assistant_id, **options)
        run = await self._call(operation, headers, params)
        if on_run_created is not None:
            on_run_created(RunCreateMetadata(run_id=run.run_id, thread_id=run.thread_id))
        return run

    async def create_batch(
        self,
        payloads: Sequence[RunCreate | JsonObject],
        *,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> CreatedRuns:
        """Start several runs at once (`POST /runs/batch`).

        Args:
            payloads: One `RunCreate`, or a mapping with the same keys, for each run.
            headers: Extra request headers.
            params: Extra query parameters.
        """
        return await self._call(operations.create_batch(payloads), headers, params)

    @overload
    async def wait(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        output: None = None,
        raise_error: bool = True,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> Any: ...

    @overload
    async def wait(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        output: type[T],
        raise_error: bool = True,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> T: ...

    async def wait(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        output: type[Any] | None = None,
        raise_error: bool = True,
        on_run_created: OnRunCreated | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
        **options: Unpack[AttachedRunOptions],
    ) -> Any:
        """Run to the end and return the final state (`POST /threads/{thread_id}/runs/wait`).

        A run that stops at an interrupt returns its values with `__interrupt__` among them. When
        the connection is cut, the call joins the run again. `output` is a type to validate the
        result as; with `raise_error=False` a failure is returned under `__error__`.

        Raises:
            RunFailedError: The run failed.
            TransportError: The connection was lost and the run could not be joined again.
        """
        operation = operations.wait(thread_id, assistant_id, **options)
        return await self._outcome(
            operation.customized(headers, params),
            output,
            raise_error=raise_error,
            on_run_created=on_run_created,
        )

    @overload
    async def join(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        output: None = None,
        raise_error: bool = True,
        cancel_on_disconnect: bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Any: ...

    @overload
    async def join(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        output: type[T],
        raise_error: bool = True,
        cancel_on_disconnect: bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> T: ...

    async def join(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        output: type[Any] | None = None,
        raise_error: bool = True,
        cancel_on_disconnect: bool | None = None,
        headers: Headers | None = None,
        params: Params | None = None,
    ) -> Any:
        """Wait for a run that exists and return the final state of its thread.

        `GET /threads/{thread_id}/runs/{run_id}/join`. As `wait`, it survives a cut connection.
        `cancel_on_disconnect` cancels the run when this call goes away (server default: no).

        Raises:
            RunFailedError: The run failed, unless `raise_error` is false.
            NotFoundError: There is no such run.
        """
        operation = operations.join(thread_id, run_id, cancel_on_disconnect=cancel_on_disconnect)
        return await self._outcome(
            operation.customized(headers, params),
            output,
            raise_error=raise_error,
            run=RunCreateMetadata(run_id=str(run_id), thread_id=str(thread_id)),
        )

    async def _outcome(
        self,
        operation: Operation[Any],
        output: type[Any] | None,
        *,
        raise_error: bool,
        run: RunCreateMetadata | None = None,
        on_run_created: OnRunCreated | None = None,
    ) -> Any:
        check_type("output", output)
        outcome, run = await outcome_of(
            self._sender, operation, run=run, on_run_created=on_run_created
        )
        return outcome_of_run(outcome, operation, run, output, raise_error=raise_error)
