"""Interrupts as the state of a thread lists them."""

from __future__ import annotations

from graphwire_core.models import ThreadState
from graphwire_stream._session.interest import Namespace
from graphwire_stream._session.track import Interrupt

__all__ = ["open_interrupts"]


def open_interrupts(state: ThreadState) -> list[Interrupt]:
    """Return the open interrupts of a state and of the subgraphs in it, each once.

    One inside a subgraph is listed by its parents too: the innermost place counts.
    """
    found: dict[str, Interrupt] = {}
    _collect(state, (), found)
    return list(found.values())


def _collect(state: ThreadState, place: Namespace, found: dict[str, Interrupt]) -> None:
    for task in state.tasks:
        for interrupt in task.interrupts:
            if interrupt.id is not None:
                found[interrupt.id] = Interrupt(
                    interrupt_id=interrupt.id, value=interrupt.value, namespace=place
                )
        if task.state is not None:
            _collect(task.state, (*place, f"{task.name}:{task.id}"), found)
