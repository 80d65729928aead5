"""Which keys of a JSON object stay readable, and which plaintext is accepted when reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias, get_args

from graphwire_encryption.exceptions import ConfigurationError

__all__ = ["FieldPolicy"]

Plaintext: TypeAlias = Literal["refuse", "accept"]

SERVER_KEYS = frozenset(
    {
        "thread_id",
        "run_id",
        "assistant_id",
        "graph_id",
        "checkpoint_id",
        "task_id",
        "__pregel_checkpointer",
        "__pregel_resuming",
        "__pregel_durability",
        "__pregel_stream",
        "__pregel_task_id",
        "__pregel_checkpoint_ns",
        "__after_seconds__",
        "__request_start_time_ms__",
        "__encryption_context__",
        "__blob_encryption_context__",
        "langgraph_version",
        "langgraph_api_version",
        "langgraph_plan",
        "langgraph_host",
        "langgraph_api_url",
        "langgraph_request_id",
        "langgraph_auth_user_id",
        "langgraph_auth_permissions",
    }
)
"""Keys that the server itself keeps in clear, whatever a policy says: never encrypted here, and
never decrypted either, because a caller may have written their values."""

ADDED_BY_SERVER = frozenset({"cron_id"})
"""Keys that the server writes in clear into an object that is encrypted already."""

SERVER_PATHS = {
    "run.kwargs": frozenset({"temporary"}),
    "run.config": frozenset({"recursion_limit", "max_concurrency"}),
    "run.configurable": frozenset({"ttl"}),
    "checkpoint.metadata": frozenset(
        {"source", "step", "parents", "run_attempt", "counters_since_delta_snapshot"}
    ),
}
"""Further keys that the server keeps in clear, by model and field."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FieldPolicy:
    """Which keys stay readable, so that the server can search by them. All others are encrypted.

    Names may hold `*` and `?`. A name in `encrypted` is encrypted although a pattern makes it
    readable. Only the keys of an object itself count, not those of objects inside it.

    Raises:
        ConfigurationError: A name is not a string, or a choice is unknown.
    """

    readable: Iterable[str] = ()
    """Keys that stay readable wherever they are."""
    readable_in: Mapping[str, Iterable[str]] = dataclasses.field(default_factory=dict)
    """Keys that stay readable in one model, `"store"`, or field of it, `"thread.metadata"`."""
    encrypted: Iterable[str] = ()
    """Keys that are encrypted whatever the other two say."""
    plaintext: Plaintext = "refuse"
    """What happens to plaintext where ciphertext is expected. `"accept"` takes it and has it
    encrypted through the replacement: for data from before encryption, and only as long."""

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "readable", _names("readable", self.readable))
        set_(self, "encrypted", _names("encrypted", self.encrypted))
        places = {k: _names(f"readable_in[{k!r}]", v) for k, v in self.readable_in.items()}
        set_(self, "readable_in", places)
        if self.plaintext not in get_args(Plaintext):
            raise ConfigurationError(
                f"plaintext: expected one of {get_args(Plaintext)}, got {self.plaintext!r}"
            )

    def stays_readable(self, key: str, model: str | None, field: str | None) -> bool:
        """Say whether a key is stored in clear in this field of this model."""
        if _matches(key, self.encrypted):
            return False
        here = (model or "", f"{model}.{field}")
        return _matches(key, self.readable) or any(
            _matches(key, self.readable_in.get(place, ())) for place in here
        )

    def may_be_plain(self, key: str, model: str | None, field: str | None) -> bool:
        """Say whether a value may be in clear when it is read.

        The server moves values between models and fields, so readable anywhere is enough.
        """
        if (
            key in SERVER_KEYS
            or key in ADDED_BY_SERVER
            or key in SERVER_PATHS.get(f"{model}.{field}", ())
        ):
            return True
        if _matches(key, self.encrypted):
            return False
        return _matches(key, self.readable) or any(
            _matches(key, names) for names in self.readable_in.values()
        )


def _names(argument: str, found: Iterable[str]) -> tuple[str, ...]:
    if isinstance(found, str):
        raise ConfigurationError(f"{argument}: expected names in a list, got one string")
    names = tuple(found)
    if wrong := [type(name).__name__ for name in names if not isinstance(name, str)]:
        raise ConfigurationError(f"{argument}: expected strings, got {wrong[0]}")
    return names


def _matches(key: str, names: Iterable[str]) -> bool:
    return any(key == name or fnmatchcase(key, name) for name in names)
