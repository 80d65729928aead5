"""A process that looks like a LangGraph server: the names that in-process calls look at."""

from __future__ import annotations

import asyncio
import json
import sys
from contextvars import ContextVar
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import starlette.authentication  # noqa: F401  # every server has loaded it

Context = SimpleNamespace


class FakeServer:
    """The modules of a server, in `sys.modules` for as long as a test lasts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[dict[str, Any]] = []
        """The scope of each call, with on whose behalf it was made and the bodies."""
        self.statuses: dict[str, str] = {}
        """Of runs, by id; any other does not exist."""
        self.answer: tuple[int, Any] = (200, {})
        self.auth: ContextVar[Any] = ContextVar("auth", default=None)
        self.worker: ContextVar[Any] = ContextVar("worker", default=None)
        self.loop: asyncio.AbstractEventLoop | None = None
        self._monkeypatch = monkeypatch
        self._put("langgraph_api.server")
        self._put("langgraph_api.asyncio", get_event_loop=self._event_loop)
        self._put("langgraph_api.utils", get_auth_ctx=self.auth.get, set_auth_ctx=self._enter)
        self._put("langgraph_api.auth.custom", normalize_user=_user)
        self._put("langgraph_api.logging", worker_config=self.worker)
        self._put("langgraph_runtime_inmem.queue")
        self.configure()

    def _put(self, name: str, **names: Any) -> None:
        self._monkeypatch.setitem(sys.modules, name, _module(name, **names))

    def configure(
        self, *, auth: Any = None, kind: str = "noop", prefix: str | None = None, workers: int = 1
    ) -> None:
        """Say what the server's configuration holds."""
        self._put(
            "langgraph_api.config",
            LANGGRAPH_AUTH=auth,
            LANGGRAPH_AUTH_TYPE=kind,
            MOUNT_PREFIX=prefix,
            N_JOBS_PER_WORKER=workers,
        )

    def start(self) -> None:
        """Have it serve in the running event loop."""
        self.loop = asyncio.get_running_loop()
        sys.modules["langgraph_api.server"].app = self.app  # type: ignore[attr-defined]

    def in_run(self, run_id: str) -> None:
        """Let the code of this test be a part of a run."""
        self.worker.set({"thread_id": "t", "run_id": run_id})
        self.statuses[run_id] = "running"

    def on_behalf_of(self, identity: str) -> None:
        """Let this code run on a user's behalf."""
        self.auth.set(Context(user=_user(identity), permissions=["write"]))

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        context = self.auth.get()
        self.calls.append(
            {
                **scope,
                "as": context and context.user.identity,
                "permissions": context and context.permissions,
                "body": (await receive())["body"],
            }
        )
        status, body = self._answer(scope["method"], scope["path"])
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def _answer(self, method: str, path: str) -> tuple[int, Any]:
        if (method, path) == ("GET", "/threads/t/runs"):
            return 200, [{"run_id": one, "status": status} for one, status in self.statuses.items()]
        parent, _, run_id = path.rpartition("/")
        if parent == "/threads/t/runs" and run_id not in {"wait", "stream"}:
            known = self.statuses.get(run_id)
            return (200, {"status": known}) if known else (404, {"detail": "no such run"})
        return self.answer

    def _event_loop(self) -> asyncio.AbstractEventLoop:
        if self.loop is None:
            raise RuntimeError("No event loop set")
        return self.loop

    def _enter(self, user: Any, permissions: Any) -> None:
        nobody = user is None and permissions is None
        self.auth.set(None if nobody else Context(user=user, permissions=permissions))


def _user(found: Any) -> Any:
    if isinstance(found, str):
        return SimpleNamespace(identity=found)
    return SimpleNamespace(**found) if isinstance(found, dict) else found


def _module(name: str, **names: Any) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(names)
    return made
