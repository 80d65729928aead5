"""What the real server answered to each call, and the type that the call gives it."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from graphwire_core.models import (
    Assistant,
    AssistantGraph,
    AssistantVersion,
    Cron,
    GraphSchema,
    Item,
    ListNamespaceResponse,
    Run,
    SearchItemsResponse,
    ServerHealth,
    ServerInfo,
    ServerMetrics,
    Subgraphs,
    Thread,
    ThreadPruneResponse,
    ThreadState,
    ThreadStorage,
    ThreadUpdateStateResponse,
    partial_model,
)

THREAD = r"/threads/[^/]+"

# The free-form output of a graph has no model of its own.
OUTPUT: Any = dict[str, Any]

ROUTES: list[tuple[str, str, Any]] = [
    ("POST", r"/assistants/search", list[Assistant]),
    ("GET", r"/assistants/[^/]+", Assistant),
    ("POST", r"/assistants", Assistant),
    ("PATCH", r"/assistants/[^/]+", Assistant),
    ("GET", r"/assistants/[^/]+/graph", AssistantGraph),
    ("GET", r"/assistants/[^/]+/schemas", GraphSchema),
    ("GET", r"/assistants/[^/]+/subgraphs(/.*)?", Subgraphs),
    ("POST", r"/assistants/[^/]+/versions", list[AssistantVersion]),
    ("POST", r"/assistants/[^/]+/latest", Assistant),
    ("POST", r"/(assistants|threads|runs/crons)/count", int),
    ("POST", r"/threads", Thread),
    ("GET", THREAD, Thread),
    ("PATCH", THREAD, Thread),
    ("POST", r"/threads/search", list[Thread]),
    ("POST", r"/threads/prune", ThreadPruneResponse),
    ("POST", THREAD + r"/copy", Thread),
    ("GET", THREAD + r"/state(/.*)?", ThreadState),
    ("POST", THREAD + r"/state/checkpoint", ThreadState),
    ("POST", THREAD + r"/state", ThreadUpdateStateResponse),
    ("POST", THREAD + r"/history", list[ThreadState]),
    ("GET", THREAD + r"/history", list[ThreadState]),
    ("GET", THREAD + r"/storage", ThreadStorage),
    ("POST", rf"({THREAD})?/runs", Run),
    ("GET", THREAD + r"/runs", list[Run]),
    ("GET", THREAD + r"/runs/[^/]+", Run),
    ("POST", r"/runs/batch", list[Run]),
    ("POST", rf"({THREAD})?/runs/wait", OUTPUT),
    ("GET", THREAD + r"/runs/[^/]+/join", OUTPUT),
    ("POST", THREAD + r"/runs/[^/]+/cancel", OUTPUT),
    ("POST", rf"({THREAD})?/runs/crons", Cron),
    ("GET", r"/runs/crons/[^/]+", Cron),
    ("PATCH", r"/runs/crons/[^/]+", Cron),
    ("POST", r"/runs/crons/search", list[Cron]),
    ("GET", r"/store/items", Item | None),
    ("POST", r"/store/items/search", SearchItemsResponse),
    ("POST", r"/store/namespaces", ListNamespaceResponse),
    ("GET", r"/info", ServerInfo),
    ("GET", r"/ok", ServerHealth),
    ("GET", r"/metrics", ServerMetrics),
]

PARTIAL_ROWS: dict[Any, Any] = {
    list[model]: list[partial_model(model)]  # type: ignore[misc, valid-type]  # made at run time
    for model in (Assistant, Thread, Run, Cron)
}


class Exchange(NamedTuple):
    """A recorded call; it prints as its name."""

    call: str
    method: str
    url: str
    request: Any
    body: Any

    def __repr__(self) -> str:
        return f"{self.call} {self.method}"

    @property
    def selects(self) -> bool:
        """Whether the rows of the answer hold selected fields only."""
        in_body = isinstance(self.request, dict) and "select" in self.request
        return in_body or "select=" in self.url

    @property
    def route(self) -> Any:
        """The type of a whole answer."""
        path = self.url.split("?")[0]
        found = [
            kind
            for method, pattern, kind in ROUTES
            if method == self.method and re.fullmatch(pattern, path)
        ]
        assert len(found) == 1, f"{self!r} {path}: {found}"
        return found[0]

    @property
    def type(self) -> Any:
        """The type of the answer, of which rows may hold selected fields only."""
        return PARTIAL_ROWS.get(self.route, self.route) if self.selects else self.route


EXCHANGES = [
    Exchange(**row) for row in json.loads(Path(__file__).with_name("rest_real.json").read_text())
]


def body_of(call: str) -> Any:
    """Return what the server answered to the first call of this name, to use and to change."""
    return deepcopy(next(exchange.body for exchange in EXCHANGES if exchange.call == call))
