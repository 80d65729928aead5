"""Operations on runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, Unpack
from urllib.parse import unquote

from pydantic import InstanceOf, ValidationError

from graphwire_core._arguments import (
    Id,
    check_limit,
    check_offset,
    describe,
    identifier,
    identifiers,
    optional_id,
    path_segment,
)
from graphwire_core._checked import checked
from graphwire_core._exchange import unfit
from graphwire_core._json import decode_json
from graphwire_core._operation import Operation, compact, query_of
from graphwire_core._operations.run_options import AttachedRunOptions, RunOptions, run_body
from graphwire_core._paging import Rows, paged
from graphwire_core._reading import ResponseHeaders, adapter, nothing, reader
from graphwire_core.errors import (
    InvalidArgumentError,
    NotFoundError,
    RunFailedError,
    TransportError,
)
from graphwire_core.models import (
    BulkCancelRunsStatus,
    CancelAction,
    Run,
    RunCreate,
    RunCreateMetadata,
    RunSelectField,
    RunStatus,
)

JsonObject: TypeAlias = Mapping[str, Any]

_ABSENT = {"error": "HTTPException", "message": "404: Run not found"}

_LOCATION = re.compile(r"(?:/threads/(?P<thread>[^/?#]+))?/runs/(?P<run>[^/?#]+)")


def _runs(thread_id: Id | None, *rest: str) -> str:
    thread = () if thread_id is None else ("/threads", path_segment("thread_id", thread_id))
    return "/".join((*thread, "runs", *rest)) if thread else "/".join(("/runs", *rest))


def _run(thread_id: Id, run_id: Id, *rest: str) -> str:
    return _runs(identifier("thread_id", thread_id), path_segment("run_id", run_id), *rest)


@checked
def create(thread_id: Id | None, assistant_id: Id, **options: Unpack[RunOptions]) -> Operation[Run]:
    body = run_body(assistant_id, options)
    return Operation("POST", _runs(thread_id), reader(Run), body=body)


@checked
def stream(
    thread_id: Id | None, assistant_id: Id, **options: Unpack[AttachedRunOptions]
) -> Operation[None]:
    return Operation(
        "POST",
        _runs(thread_id, "stream"),
        nothing,
        body=run_body(assistant_id, options),
        headers={"accept": "text/event-stream", "cache-control": "no-store"},
    )


@checked
def wait(
    thread_id: Id | None, assistant_id: Id, **options: Unpack[AttachedRunOptions]
) -> Operation[Any]:
    path, body = _runs(thread_id, "wait"), run_body(assistant_id, options)
    return Operation("POST", path, reader(Any), body=body, decode=_outcome)


@checked
def create_batch(payloads: Sequence[InstanceOf[RunCreate] | JsonObject]) -> Operation[list[Run]]:
    if not payloads:
        raise InvalidArgumentError("payloads", "at least one run", "an empty list")
    body = [_batched(index, payload) for index, payload in enumerate(payloads)]
    return Operation("POST", "/runs/batch", reader(list[Run]), body=body, argument="payloads")


_BATCHED = AttachedRunOptions.__annotations__.keys() | {"assistant_id", "thread_id"}


def _batched(index: int, payload: RunCreate | JsonObject) -> JsonObject:
    options = dict(vars(payload) if isinstance(payload, RunCreate) else payload)
    unknown = [key for key in options if key not in _BATCHED]
    if unknown:
        where = f"payloads[{index}]"
        raise InvalidArgumentError(where, "keys of a RunCreate", describe(unknown[0]))
    thread_id = options.pop("thread_id", None)
    try:
        body = wait(thread_id, options.pop("assistant_id", None), **options).body
    except InvalidArgumentError as error:
        where = f"payloads[{index}].{error.argument}"
        raise InvalidArgumentError(where, error.expected, error.got) from None
    return body if thread_id is None else {"thread_id": str(thread_id), **body}


@checked
def list_(
    thread_id: Id,
    *,
    limit: int | None = None,
    offset: int | None = None,
    status: RunStatus | None = None,
    select: Sequence[RunSelectField] | None = None,
) -> Operation[Rows[Run]]:
    query = compact(
        limit=check_limit(limit),
        offset=check_offset(offset),
        status=status,
        select=select and list(select),
    )
    operation = Operation(
        "GET", _runs(thread_id), nothing, query=query_of("select", query), idempotent=True
    )
    return paged(operation, Run, select=select)


@checked
def get(thread_id: Id, run_id: Id) -> Operation[Run]:
    return Operation("GET", _run(thread_id, run_id), reader(Run), idempotent=True)


@checked
def cancel(
    thread_id: Id, run_id: Id, *, wait: bool | None = None, action: CancelAction | None = None
) -> Operation[None]:
    query = query_of("action", compact(wait=None if wait is None else int(wait), action=action))
    return Operation("POST", _run(thread_id, run_id, "cancel"), nothing, query=query)


@checked
def cancel_many(
    *,
    thread_id: Id | None = None,
    run_ids: Sequence[Id] | None = None,
    status: BulkCancelRunsStatus | None = None,
    action: CancelAction | None = None,
) -> Operation[None]:
    if status is None and (thread_id is None or run_ids is None):
        raise InvalidArgumentError("status", "a status, or thread_id and run_ids", "neither")
    body = compact(
        thread_id=optional_id("thread_id", thread_id),
        run_ids=identifiers("run_ids", run_ids),
        status=status,
    )
    query = query_of("action", compact(action=action))
    return Operation("POST", "/runs/cancel", nothing, query=query, body=body)


@checked
def join(thread_id: Id, run_id: Id, *, cancel_on_disconnect: bool | None = None) -> Operation[Any]:
    query = query_of("cancel", compact(cancel_on_disconnect=cancel_on_disconnect))
    path = _run(thread_id, run_id, "join")
    return Operation("GET", path, reader(Any), query=query, idempotent=True, decode=_outcome)


def rejoin(operation: Operation[Any], run: RunCreateMetadata) -> Operation[Any]:
    """Return the operation that takes up a wait again, with what the caller added to it."""
    if operation.idempotent:
        return operation
    params = [pair for pair in operation.query if pair[0] not in {"wait", "action"}]
    return join(run.thread_id or "", run.run_id).customized(operation.headers, params)


def _outcome(body: bytes) -> Any:
    """Decode the outcome of a run; it comes after the spaces that keep the connection alive."""
    if not body.strip():
        raise TransportError("The connection was closed before the run was over")
    return decode_json(body)


@checked
def delete(thread_id: Id, run_id: Id) -> Operation[None]:
    return Operation("DELETE", _run(thread_id, run_id), nothing, idempotent=True)


def created_run(headers: ResponseHeaders) -> RunCreateMetadata | None:
    """Read which run a response belongs to from its `Content-Location`; `None` without one."""
    found = _LOCATION.search(headers.get("content-location", ""))
    if found is None:
        return None
    thread_id = found["thread"] and unquote(found["thread"])
    return RunCreateMetadata(run_id=unquote(found["run"]), thread_id=thread_id)


def outcome_of_run(
    outcome: Any,
    operation: Operation[Any],
    run: RunCreateMetadata | None,
    output: Any,
    *,
    raise_error: bool,
) -> Any:
    """Return the final state of a run, as the caller's own type where `output` names one.

    Raises:
        RunFailedError: The server reports a failure inside its successful answer.
        NotFoundError: That failure is that there is no such run.
        ResponseValidationError: The state does not fit `output`.
    """
    facts: dict[str, Any] = {"method": operation.method, "path": operation.path, "attempts": 1}
    failure = outcome.get("__error__") if isinstance(outcome, dict) else None
    if failure == _ABSENT:
        raise NotFoundError("Run not found", status_code=404, body=outcome, **facts)
    if raise_error and isinstance(failure, dict):
        kind = failure.get("error")
        raise RunFailedError(
            str(failure.get("message", "the run failed")),
            type=None if kind is None else str(kind),
            run_id=run.run_id if run else None,
            thread_id=run.thread_id if run else None,
            body=outcome,
            **facts,
        )
    if output is None:
        return outcome
    try:
        return adapter(output).validate_python(outcome)
    except ValidationError as error:
        subject = "The output of the run"
        raise unfit(error, subject=subject, excerpt=describe(outcome), **facts) from error
