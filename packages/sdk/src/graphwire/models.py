"""Every schema of the API: see `graphwire_core.models`."""

from graphwire_core.models import *  # noqa: F403  # the same names, under the umbrella
