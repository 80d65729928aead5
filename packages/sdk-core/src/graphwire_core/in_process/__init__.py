"""Calls to the LangGraph server of this process, without a socket.

A client that is created inside a server without a URL makes them; `transport="in_process"` says so
outright.
"""

from graphwire_core.in_process._server import inside_server

__all__ = ["inside_server"]
