"""Graphwire on the server: who may call a LangGraph deployment, and what each caller may do.

`Auth` is the object that `langgraph.json` names. Importing this package imports neither a
LangGraph server nor an HTTP client.
"""

from __future__ import annotations

from graphwire_auth import exceptions, types
from graphwire_auth._auth import Auth
from graphwire_auth._connection import Connection
from graphwire_auth._context import AuthContext, BaseAuthContext
from graphwire_auth._filters import F, Filter
from graphwire_auth._matching import matches
from graphwire_auth._user import StudioUser, User, is_studio_user
from graphwire_auth.exceptions import HTTPException

__all__ = [
    "Auth",
    "AuthContext",
    "BaseAuthContext",
    "Connection",
    "F",
    "Filter",
    "HTTPException",
    "StudioUser",
    "User",
    "exceptions",
    "is_studio_user",
    "matches",
    "types",
]
