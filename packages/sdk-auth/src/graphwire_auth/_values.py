"""What the server hands to the rules, one model per resource and action.

Every field is optional and unknown keys are kept: the server adds keys between releases, and with
JSON encryption switched on some rules see ciphertext beside a reserved key.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

__all__ = ["ACTIONS", "VALUE_MODELS", "AuthValue"]

Json = dict[str, Any]


class AuthValue(BaseModel):
    """Base of every value: the parts of a request that a rule may read, and some it may change."""

    model_config = ConfigDict(
        extra="allow", validate_assignment=True, protected_namespaces=(), defer_build=True
    )

    CONTAINERS: ClassVar[frozenset[str]] = frozenset()
    """Fields whose contents the server uses as the rule leaves them."""

    @classmethod
    def honoured(cls, sent: Mapping[str, Any]) -> frozenset[str]:
        """Name the keys of `sent` whose contents the server uses after the rule."""
        return frozenset(name for name in cls.CONTAINERS if isinstance(sent.get(name), dict))

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        # A run's input or a stored item may be private: containers show their keys only.
        for name in self.model_fields_set:
            found = getattr(self, name)
            yield name, sorted(map(str, found)) if isinstance(found, dict) else found


class ThreadsValue(AuthValue):
    """Any value of a `threads` action, runs included."""


class ThreadsCreate(ThreadsValue):
    """`threads.create`; a copy of a thread sends `thread_id` only."""

    CONTAINERS = frozenset({"metadata"})
    thread_id: UUID | None = None
    metadata: Json | None = None
    if_exists: str | None = None
    ttl: Json | None = None


class ThreadsRead(ThreadsValue):
    """`threads.read`: a thread, its state, its history, its runs, its streams."""

    thread_id: UUID | None = None
    run_id: UUID | None = None
    metadata: Json | None = None
    """Sent when a cron is made for the thread: what the caller wrote, so never trust it."""


class ThreadsUpdate(ThreadsValue):
    """`threads.update`: a thread, its state, or (with `action`) the cancelling of runs."""

    CONTAINERS = frozenset({"metadata"})
    thread_id: UUID | None = None
    metadata: Json | None = None
    action: str | None = None

    @classmethod
    def honoured(cls, sent: Mapping[str, Any]) -> frozenset[str]:
        """A cancellation's metadata describes the runs and is not read back."""
        return frozenset() if "action" in sent else super().honoured(sent)


class ThreadsDelete(ThreadsValue):
    """`threads.delete`: a thread, a run of it, or several threads at once."""

    thread_id: UUID | None = None
    run_id: UUID | None = None
    thread_ids: list[Any] | None = None


class ThreadsSearch(ThreadsValue):
    """`threads.search`, also sent for counting, listing runs and searching crons."""

    CONTAINERS = frozenset({"metadata", "values"})
    metadata: Json | None = None
    values: Json | None = None
    status: str | None = None
    limit: int | None = None
    offset: int | None = None
    thread_id: UUID | None = None


class RunsCreate(ThreadsValue):
    """`threads.create_run`; `thread_id` is `None` for a stateless run."""

    CONTAINERS = frozenset({"metadata", "kwargs"})
    assistant_id: UUID | None = None
    thread_id: UUID | None = None
    run_id: UUID | None = None
    status: str | None = None
    metadata: Json | None = None
    prevent_insert_if_inflight: bool | None = None
    multitask_strategy: str | None = None
    if_not_exists: str | None = None
    after_seconds: float | None = None
    kwargs: Json | None = None


class AssistantsValue(AuthValue):
    """Any value of an `assistants` action."""


class AssistantsCreate(AssistantsValue):
    """`assistants.create`."""

    CONTAINERS = frozenset({"config", "context", "metadata"})
    assistant_id: UUID | None = None
    graph_id: str | None = None
    config: Json | None = None
    context: Json | None = None
    metadata: Json | None = None
    if_exists: str | None = None
    name: str | None = None


class AssistantsRead(AssistantsValue):
    """`assistants.read`: an assistant, its graph, schemas, subgraphs and versions."""

    assistant_id: UUID | None = None


class AssistantsUpdate(AssistantsValue):
    """`assistants.update`; choosing a version sends `version` instead of the other fields."""

    CONTAINERS = frozenset({"config", "context", "metadata"})
    assistant_id: UUID | None = None
    graph_id: str | None = None
    config: Json | None = None
    context: Json | None = None
    metadata: Json | None = None
    name: str | None = None
    version: int | None = None


class AssistantsDelete(AssistantsValue):
    """`assistants.delete`."""

    assistant_id: UUID | None = None


class AssistantsSearch(AssistantsValue):
    """`assistants.search`, also sent for counting."""

    CONTAINERS = frozenset({"metadata"})
    graph_id: str | None = None
    metadata: Json | None = None
    limit: int | None = None
    offset: int | None = None


class CronsValue(AuthValue):
    """Any value of a `crons` action."""


class CronsCreate(CronsValue):
    """`crons.create`; it also asks `assistants.read` and, with a thread, `threads.read`."""

    CONTAINERS = frozenset({"payload", "metadata"})
    payload: Json | None = None
    schedule: str | None = None
    cron_id: UUID | None = None
    thread_id: UUID | None = None
    user_id: str | None = None
    end_time: datetime | None = None
    metadata: Json | None = None


class CronsRead(CronsValue):
    """`crons.read`."""

    cron_id: UUID | None = None


class CronsUpdate(CronsValue):
    """`crons.update`."""

    CONTAINERS = frozenset({"payload", "metadata"})
    cron_id: UUID | None = None
    schedule: str | None = None
    end_time: datetime | None = None
    enabled: bool | None = None
    on_run_completed: str | None = None
    payload: Json | None = None
    metadata: Json | None = None


class CronsDelete(CronsValue):
    """`crons.delete`."""

    cron_id: UUID | None = None


class CronsSearch(CronsValue):
    """`crons.search`, also sent for counting; it also asks `threads.search` or `threads.read`."""

    CONTAINERS = frozenset({"metadata"})
    assistant_id: UUID | None = None
    thread_id: UUID | None = None
    limit: int | None = None
    offset: int | None = None
    metadata: Json | None = None

    @classmethod
    def honoured(cls, sent: Mapping[str, Any]) -> frozenset[str]:
        """Empty metadata is a stand-in that the server made for the rule and then forgets."""
        return super().honoured(sent) if sent.get("metadata") else frozenset()


class StoreValue(AuthValue):
    """Any value of a `store` action. The server reads every key back."""

    namespace: tuple[str, ...] | None = None

    @classmethod
    def honoured(cls, sent: Mapping[str, Any]) -> frozenset[str]:
        """Every key counts."""
        return frozenset(sent)


class StorePut(StoreValue):
    """`store.put`."""

    key: str | None = None
    value: Json | None = None
    index: Any = None
    ttl: float | None = None


class StoreGet(StoreValue):
    """`store.get`."""

    key: str | None = None
    refresh_ttl: bool | None = None


class StoreSearch(StoreValue):
    """`store.search`: `namespace` is the prefix to search under."""

    filter: Json | None = None
    limit: int | None = None
    offset: int | None = None
    query: str | None = None
    refresh_ttl: bool | None = None


class StoreDelete(StoreValue):
    """`store.delete`."""

    key: str | None = None


class StoreListNamespaces(StoreValue):
    """`store.list_namespaces`: `namespace` is the prefix, `None` for all."""

    suffix: tuple[str, ...] | None = None
    max_depth: int | None = None
    limit: int | None = None
    offset: int | None = None


VALUE_MODELS: dict[tuple[str, str], type[AuthValue]] = {
    ("assistants", "create"): AssistantsCreate,
    ("assistants", "read"): AssistantsRead,
    ("assistants", "update"): AssistantsUpdate,
    ("assistants", "delete"): AssistantsDelete,
    ("assistants", "search"): AssistantsSearch,
    ("threads", "create"): ThreadsCreate,
    ("threads", "read"): ThreadsRead,
    ("threads", "update"): ThreadsUpdate,
    ("threads", "delete"): ThreadsDelete,
    ("threads", "search"): ThreadsSearch,
    ("threads", "create_run"): RunsCreate,
    ("crons", "create"): CronsCreate,
    ("crons", "read"): CronsRead,
    ("crons", "update"): CronsUpdate,
    ("crons", "delete"): CronsDelete,
    ("crons", "search"): CronsSearch,
    ("store", "put"): StorePut,
    ("store", "get"): StoreGet,
    ("store", "search"): StoreSearch,
    ("store", "delete"): StoreDelete,
    ("store", "list_namespaces"): StoreListNamespaces,
}
"""The model of every resource and action that the server asks about."""

ACTIONS: dict[str, tuple[str, ...]] = {
    resource: tuple(a for r, a in VALUE_MODELS if r == resource)
    for resource in ("assistants", "threads", "crons", "store")
}
"""Every resource, and its actions."""
