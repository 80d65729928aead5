"""What a server tells the functions that build graphs: see `graphwire_core.runtime`."""

from graphwire_core.runtime import *  # noqa: F403  # the same names, under the umbrella
