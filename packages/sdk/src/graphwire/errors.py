"""Every error that the SDK raises: see `graphwire_core.errors`."""

from graphwire_core.errors import *  # noqa: F403  # the same names, under the umbrella
