"""An example plugin: a transport that records and replays, and a token that rotates.

The entry point names this module; a client calls its two hooks when it is created.
"""

from graphwire_core.plugins import CredentialsRegistry, TransportRegistry, hookimpl

from ._tape import Tape
from ._token import RotatingToken
from ._transports import AsyncCassetteTransport, CassetteTransport

__all__ = [
    "AsyncCassetteTransport",
    "CassetteTransport",
    "RotatingToken",
    "Tape",
    "graphwire_register_credentials",
    "graphwire_register_transports",
]


@hookimpl
def graphwire_register_transports(registry: TransportRegistry) -> None:
    """Register the cassette, to be chosen by name only: nobody wants it by surprise."""
    registry.add(
        "cassette", make_async=AsyncCassetteTransport, make_sync=CassetteTransport, rank=-1
    )


@hookimpl
def graphwire_register_credentials(registry: CredentialsRegistry) -> None:
    """Register the token that rotates."""
    registry.add("rotating-token", RotatingToken.of)
