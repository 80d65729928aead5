"""Waiting for a run's outcome over a connection that may be cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from graphwire_core._async._delivery import AsyncOpened
from graphwire_core._async._sender import AsyncSender
from graphwire_core._operation import Operation
from graphwire_core._operations.runs import created_run, rejoin
from graphwire_core.errors import APIStatusError, GraphwireError, TransportError
from graphwire_core.models import RunCreateMetadata
from graphwire_core.retry import Retry
from graphwire_core.transports._deadline import AsyncDeadline

__all__ = ["OnRunCreated", "outcome_of"]

OnRunCreated = Callable[[RunCreateMetadata], object]
"""Called once, as soon as the server has named the run; its result is ignored."""

REJOIN = Retry(attempts=6, base_delay=0.5, max_delay=5.0)
"""How often in a row a cut wait is taken up again."""

_HELD = 5.0  # seconds after which a connection that is cut counts as one that worked


async def outcome_of(
    sender: AsyncSender,
    operation: Operation[Any],
    *,
    run: RunCreateMetadata | None = None,
    on_run_created: OnRunCreated | None = None,
) -> tuple[Any, RunCreateMetadata | None]:
    """Send an operation that answers when its run is over; return the answer and the run.

    The run goes on when the connection is cut, so the wait does too: it joins the run again.
    `run` is the run where the caller knows it; otherwise the server names it.
    """
    wait = _Wait(run, on_run_created)
    deadline = sender.exchange.deadline(monotonic())
    while True:
        try:
            async with AsyncDeadline(deadline, sender.exchange.overdue):
                response = await sender.open(operation, deadline)
                body = await wait.read(response, deadline)
            return sender.exchange.result(operation, response, body), wait.run
        except GraphwireError as error:
            delay = wait.delay(error)
            late = delay is not None and deadline is not None and monotonic() + delay >= deadline
            if delay is None or late or wait.run is None:
                failure = wait.given_up(error, operation)
                raise failure from failure.__cause__
        await asyncio.sleep(delay)
        operation = rejoin(operation, wait.run)


class _Wait:
    """One wait: which run it is for, and how often in a row its connection was cut."""

    def __init__(self, run: RunCreateMetadata | None, on_run_created: OnRunCreated | None) -> None:
        self.run = run
        self._on_run_created = on_run_created
        self._started = False
        self._since: float | None = None
        self._cuts = 0

    async def read(self, response: AsyncOpened, deadline: float | None) -> bytes:
        """Read a response to its end; its head names the run, where the caller has not."""
        self._started, self._since = True, monotonic()
        try:
            self.run = self.run or created_run(response.headers)
            if self.run is not None and self._on_run_created is not None:
                on_run_created, self._on_run_created = self._on_run_created, None
                on_run_created(self.run)
        except BaseException:
            await response.aclose()
            raise
        return await response.read(deadline)

    def delay(self, error: GraphwireError) -> float | None:
        """Return the seconds until the run is joined again, `None` to give up.

        A request that was never answered may have started nothing: there is nothing to join.
        """
        if not self._started or self.run is None or self.run.thread_id is None:
            return None
        since, self._since = self._since, None
        if since is not None and monotonic() - since >= _HELD:
            self._cuts = 0
        self._cuts += 1
        return REJOIN.delay(self._cuts, error, idempotent=True)

    def given_up(self, error: GraphwireError, operation: Operation[Any]) -> GraphwireError:
        """Return what to raise: that the run was lost, where its outcome can no longer be had."""
        if error.method is None:
            error.method, error.path, error.attempts = operation.method, operation.path, 1
        if self._cuts == 0 or not isinstance(error, APIStatusError):
            return error
        lost = TransportError(f"The connection was cut, and joining the run again failed: {error}")
        lost.method, lost.path = error.method, error.path
        lost.__cause__ = error
        return lost
