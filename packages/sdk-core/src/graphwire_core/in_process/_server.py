"""What the LangGraph server of this process says about itself.

Nothing of the server is imported: where it is not loaded already, this process is not one. Its
names are those of langgraph-api 0.16; one that is missing is an error, never a guess.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from graphwire_core.errors import ConfigurationError

__all__ = [
    "NOWHERE",
    "TRUSTED",
    "Caller",
    "CallingRun",
    "application",
    "authenticates",
    "caller",
    "calling_run",
    "credentials_of",
    "event_loop",
    "inside_server",
    "mount_prefix",
    "normalized",
    "set_caller",
    "workers",
]

TRUSTED: Final = "/noauth"
"""Root path of calls from inside: the server does not authenticate them, and adds its prefix."""

_API: Final = "langgraph_api"
_NEVER: Final = object()

NOWHERE: Final = (
    "There is no LangGraph server in this process, which an in-process call needs; pass url= to "
    "call one over HTTP, or use from_app() for another application"
)
_NOT_YET: Final = (
    "The LangGraph server of this process has not started yet: a client may be created while its "
    "modules are imported, but called only when it runs, in a node or a route"
)


class Caller(NamedTuple):
    """On whose behalf the server works at this moment."""

    user: Any
    permissions: Sequence[str]


class CallingRun(NamedTuple):
    """The run that a call is made in."""

    thread_id: str
    run_id: str


def inside_server() -> bool:
    """Whether this process is a LangGraph server: running, or about to."""
    if f"{_API}.server" not in sys.modules:
        return False
    loop = _loop()
    return loop is None or not loop.is_closed()


def application() -> Any:
    """Return the server's ASGI application, its mount prefix and custom routes included.

    Raises:
        ConfigurationError: There is no server here, or it is still being imported.
    """
    app = _found("server", "app")
    if app is _NEVER:
        raise ConfigurationError(_NOT_YET if f"{_API}.server" in sys.modules else NOWHERE)
    return app


def event_loop() -> Any:
    """Return the event loop that serves the application.

    Raises:
        ConfigurationError: The server does not run, or not yet.
    """
    loop = _loop()
    if loop is None or loop.is_closed():
        raise ConfigurationError(_NOT_YET if inside_server() else NOWHERE)
    return loop


def authenticates() -> bool:
    """Whether the server asks its callers who they are."""
    return bool(_needed("config", "LANGGRAPH_AUTH")) or (
        _needed("config", "LANGGRAPH_AUTH_TYPE") != "noop"
    )


def mount_prefix() -> str:
    """Return the path below which the server serves everything, `""` for none."""
    return str(_needed("config", "MOUNT_PREFIX") or "")


def caller() -> Caller | None:
    """Return on whose behalf this code runs, `None` where the server does not say."""
    context = _needed("utils", "get_auth_ctx")()
    return None if context is None else Caller(context.user, tuple(context.permissions or ()))


def set_caller(known: Caller | None) -> None:
    """Have the server work on somebody's behalf, in this context; `None`: on its own."""
    user, permissions = known or (None, None)
    _needed("utils", "set_auth_ctx")(user, None if known is None else list(permissions or ()))


def normalized(user: object) -> Any:
    """Return a user in the form that the server hands around."""
    return _needed("auth.custom", "normalize_user")(user)


def credentials_of(permissions: Sequence[str]) -> Any:
    """Return permissions in the form that Starlette hands around."""
    return sys.modules["starlette.authentication"].AuthCredentials(list(permissions))


def workers() -> int | None:
    """Return how many runs go on at once, `None` where other processes take runs too."""
    if "langgraph_runtime_inmem.queue" not in sys.modules:
        return None
    return int(_needed("config", "N_JOBS_PER_WORKER"))


def calling_run() -> CallingRun | None:
    """Return the run that this code is a part of, `None` outside of one."""
    context = _needed("logging", "worker_config").get() or {}
    thread_id, run_id = context.get("thread_id"), context.get("run_id")
    return CallingRun(thread_id, run_id) if thread_id and run_id else None


def _loop() -> Any:
    try:
        return _found("asyncio", "get_event_loop")()
    except (RuntimeError, TypeError):  # it has none yet, or is not imported so far
        return None


def _found(module: str, name: str) -> Any:
    return getattr(sys.modules.get(f"{_API}.{module}"), name, _NEVER)


def _needed(module: str, name: str) -> Any:
    found = _found(module, name)
    if found is _NEVER:
        raise ConfigurationError(
            f"This version of langgraph-api has no {_API}.{module}.{name}, which in-process calls "
            "need; pass url= to call the server over HTTP"
        )
    return found
