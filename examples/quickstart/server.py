"""The development server of the test kit, under the name that it had here."""

from graphwire_core.testing import DevServer, ServerStartError

__all__ = ["DevServer", "ServerStartError"]
