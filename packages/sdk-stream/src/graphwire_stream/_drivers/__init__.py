"""Who moves a session on: a task in the async colour, the reader itself in the sync one.

Written by hand in both colours: this is where concurrency does not translate.
"""

from graphwire_stream._drivers.deadline import Deadline
from graphwire_stream._drivers.deferred import (
    AsyncDeferred,
    AsyncWaitable,
    Waitable,
    async_deferred,
    deferred,
)
from graphwire_stream._drivers.exclusive import async_exclusive, exclusive
from graphwire_stream._drivers.pull import Driver
from graphwire_stream._drivers.pump import AsyncDriver

__all__ = [
    "AsyncDeferred",
    "AsyncDriver",
    "AsyncWaitable",
    "Deadline",
    "Driver",
    "Waitable",
    "async_deferred",
    "async_exclusive",
    "deferred",
    "exclusive",
]
