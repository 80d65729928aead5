"""The session of a thread stream: what is decided about events, without a clock, loop or socket."""

from graphwire_stream._session.consumer import Consumer
from graphwire_stream._session.interest import Interest, Namespace
from graphwire_stream._session.session import Session
from graphwire_stream._session.track import Interrupt, RunStatus, Scope, Track

__all__ = [
    "Consumer",
    "Interest",
    "Interrupt",
    "Namespace",
    "RunStatus",
    "Scope",
    "Session",
    "Track",
]
