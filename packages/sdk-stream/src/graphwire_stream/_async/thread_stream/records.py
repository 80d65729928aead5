"""What the server's REST API says of the runs of a thread, where their events do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from graphwire_core import AsyncRuns, AsyncThreads
from graphwire_core._async._sender import AsyncSender
from graphwire_core.errors import GraphwireError, NotFoundError, RunFailedError, StreamError
from graphwire_core.models import ErrorPayload, Run
from graphwire_stream._session import Interrupt, Track
from graphwire_stream._session.interrupts import open_interrupts

__all__ = ["AsyncRecords"]

_GOING: Final = frozenset({"pending", "running"})
_RECENT: Final = 20
"""Runs that are looked at to find the current one."""


class AsyncRecords:
    """The runs and the state of a thread, as they are kept."""

    def __init__(self, sender: AsyncSender, thread_id: str) -> None:
        self._thread_id = thread_id
        self._runs = AsyncRuns(sender)
        self._threads = AsyncThreads(sender)

    async def current(self) -> tuple[str, bool] | None:
        """Return the id of the run that is going on, else of the next one, else of the last one.

        The second says whether it is over. `None` for a thread without runs.
        """
        runs = await self._recent(_RECENT)
        for status in ("running", "pending"):
            going = [run for run in runs if run.status == status]
            if going:
                return going[-1].run_id, False  # the list is newest first
        return (runs[0].run_id, True) if runs else None

    async def latest(self) -> str:
        """Return the id of the run that was created last."""
        runs = await self._recent(1)
        if not runs:
            raise StreamError("The server has no run for the answer to an interrupt")
        return runs[0].run_id

    async def interrupts(self) -> list[Interrupt]:
        """Return the open interrupts of the thread."""
        try:
            state = await self._threads.get_state(self._thread_id, subgraphs=True)
        except NotFoundError:
            return []
        return open_interrupts(state)

    async def is_over(self, track: Track) -> bool:
        """Whether a run is over, or gone; where the server does not answer, it is not."""
        try:
            run = await self._run(track)
        except NotFoundError:
            track.gone = True
            return True
        except GraphwireError:  # it is asked again after the next silence
            return False
        return run.status not in _GOING

    async def learn(self, track: Track) -> None:
        """Learn how a run ended whose events the server does not have."""
        track.learn((await self._run(track)).status)

    async def explain(self, track: Track) -> None:
        """Learn what a run failed with: the server says so once, and does not repeat it."""
        if track.status != "failed" or track.error is not None:
            return
        try:
            latest = await self._recent(1)
            if latest and latest[0].run_id == track.run_id:
                error = (await self._threads.get(self._thread_id)).error
                if isinstance(error, ErrorPayload):
                    track.error, track.error_type = error.message, error.error
        except GraphwireError:  # that it failed is known all the same
            return

    async def refuse_cancelled(self, track: Track) -> None:
        """Raise when a run that stopped without a question was cancelled."""
        try:
            cancelled = (await self._run(track)).status == "interrupted"
        except NotFoundError:  # it was rolled back
            cancelled = True
        if cancelled:
            raise RunFailedError(
                "The run was cancelled",
                type="Cancelled",
                run_id=track.run_id,
                thread_id=self._thread_id,
            )

    async def values(self) -> Any:
        """Return the values of the thread."""
        return (await self._threads.get_state(self._thread_id)).values

    async def values_of(self, track: Track) -> Any:
        """Return the last state that a run wrote, also when later runs have written others."""
        states = await self._threads.get_history(
            self._thread_id, limit=1, metadata={"run_id": track.run_id}
        )
        return states[0].values if states else await self.values()

    async def _run(self, track: Track) -> Run:
        return await self._runs.get(self._thread_id, track.run_id or "")

    async def _recent(self, limit: int) -> Sequence[Run]:
        try:
            return await self._runs.list(self._thread_id, limit=limit)
        except NotFoundError:  # the thread is created with its first run
            return []
