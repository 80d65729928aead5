"""Operations on the server itself."""

from __future__ import annotations

from typing import Any

from graphwire_core._checked import checked
from graphwire_core._operation import Operation, compact, query_of
from graphwire_core._reading import reader
from graphwire_core.models import ServerHealth, ServerInfo, ServerMetrics


def info() -> Operation[ServerInfo]:
    return Operation("GET", "/info", reader(ServerInfo), idempotent=True)


@checked
def ok(*, check_db: bool | None = None) -> Operation[ServerHealth]:
    query = query_of("check_db", compact(check_db=None if check_db is None else int(check_db)))
    return Operation("GET", "/ok", reader(ServerHealth), query=query, idempotent=True)


def metrics() -> Operation[ServerMetrics]:
    query = (("format", "json"),)
    return Operation("GET", "/metrics", reader(ServerMetrics), query=query, idempotent=True)


def openapi() -> Operation[dict[str, Any]]:
    return Operation("GET", "/openapi.json", reader(dict[str, Any]), idempotent=True)
