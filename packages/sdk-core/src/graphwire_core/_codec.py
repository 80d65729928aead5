"""Codecs at work: which parts of which bodies they see, on the way out and on the way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphwire_core._omit import OMIT
from graphwire_core._operation import Operation
from graphwire_core._routes import route_of
from graphwire_core.errors import GraphwireError, PluginError
from graphwire_core.plugins._types import Codec, CodecPart

__all__ = ["Codecs"]

Paths = Mapping[str, CodecPart]
"""Paths to parts in a body: keys joined by dots, `[]` for each member, `*` for each value."""

_SETTINGS: Paths = {"config": "config", "context": "context", "metadata": "metadata"}
_SENT_RUN: Paths = {"input": "input", "command": "command", **_SETTINGS}
_RUN: Paths = {
    "metadata": "metadata",
    **{f"kwargs.{key}": part for key, part in _SENT_RUN.items()},
}
_CRON: Paths = {
    "metadata": "metadata",
    **{f"payload.{key}": part for key, part in _SENT_RUN.items()},
}
_THREAD: Paths = {"metadata": "metadata", "values": "values", "extracted": "values"}
_TASK: Paths = {"input": "values", "result": "values"}
_STATE: Paths = {
    "values": "values",
    "metadata": "metadata",
    "tasks[].result": "values",
    "tasks[].interrupts[].value": "values",
}
_STATES: Paths = {
    **_STATE,
    **{f"tasks[].state.{path}": part for path, part in _STATE.items()},
}
_OUTCOME: Paths = {"": "values"}
_ITEM: Paths = {"value": "value"}
_UPDATE: Paths = {"values": "values"}
_COMMAND: Paths = {
    "params.input": "input",
    "params.config": "config",
    "params.metadata": "metadata",
    "params.response": "input",
    "params.responses[].response": "input",
    "params.update": "values",
}
_SUPERSTEPS: Paths = {"metadata": "metadata", "supersteps[].updates[].values": "values"}

_CHECKPOINT: Paths = {"values": "values", "metadata": "metadata", "tasks[].result": "values"}
_EVENTS: Mapping[str, Paths] = {
    "values": {"": "values"},
    "updates": {"*": "values"},
    "tasks": _TASK,
    "checkpoints": _CHECKPOINT,
    "debug": {f"payload.{path}": part for path, part in {**_CHECKPOINT, **_TASK}.items()},
    "state_update": {f"state.{path}": part for path, part in _STATES.items()},
    "input.requested": {"payload": "values"},
}


def _each(paths: Paths) -> Paths:
    return {f"[].{path}": part for path, part in paths.items()}


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a call: in the body that is sent, and in the one that comes back."""

    sent: Paths
    received: Paths


_RUN_ROUTES = ("/runs", "/threads/{thread_id}/runs")
_CALLS: dict[tuple[str, str], _Parts] = {
    ("POST", "/assistants"): _Parts(_SETTINGS, _SETTINGS),
    ("GET", "/assistants/{assistant_id}"): _Parts({}, _SETTINGS),
    ("PATCH", "/assistants/{assistant_id}"): _Parts(_SETTINGS, _SETTINGS),
    ("POST", "/assistants/{assistant_id}/latest"): _Parts({}, _SETTINGS),
    ("POST", "/assistants/{assistant_id}/versions"): _Parts({}, _each(_SETTINGS)),
    ("POST", "/assistants/search"): _Parts({}, _each(_SETTINGS)),
    ("POST", "/threads"): _Parts(_SUPERSTEPS, _THREAD),
    ("GET", "/threads/{thread_id}"): _Parts({}, _THREAD),
    ("PATCH", "/threads/{thread_id}"): _Parts({"metadata": "metadata"}, _THREAD),
    ("POST", "/threads/{thread_id}/commands"): _Parts(_COMMAND, {}),
    ("POST", "/threads/{thread_id}/copy"): _Parts({}, _THREAD),
    ("POST", "/threads/search"): _Parts({}, _each(_THREAD)),
    ("GET", "/threads/{thread_id}/state"): _Parts({}, _STATES),
    ("GET", "/threads/{thread_id}/state/{checkpoint_id}"): _Parts({}, _STATES),
    ("POST", "/threads/{thread_id}/state/checkpoint"): _Parts({}, _STATES),
    ("POST", "/threads/{thread_id}/state"): _Parts(_UPDATE, {}),
    ("POST", "/threads/{thread_id}/history"): _Parts({}, _each(_STATES)),
    ("POST", "/runs/batch"): _Parts(_each(_SENT_RUN), _each(_RUN)),
    ("GET", "/threads/{thread_id}/runs"): _Parts({}, _each(_RUN)),
    ("GET", "/threads/{thread_id}/runs/{run_id}"): _Parts({}, _RUN),
    ("GET", "/threads/{thread_id}/runs/{run_id}/join"): _Parts({}, _OUTCOME),
    ("POST", "/runs/crons/search"): _Parts({}, _each(_CRON)),
    ("GET", "/runs/crons/{cron_id}"): _Parts({}, _CRON),
    ("PATCH", "/runs/crons/{cron_id}"): _Parts(_SENT_RUN, _CRON),
    ("PUT", "/store/items"): _Parts(_ITEM, {}),
    ("GET", "/store/items"): _Parts({}, _ITEM),
    ("POST", "/store/items/search"): _Parts({}, {"items[].value": "value"}),
    **{("POST", route): _Parts(_SENT_RUN, _RUN) for route in _RUN_ROUTES},
    **{("POST", f"{route}/wait"): _Parts(_SENT_RUN, _OUTCOME) for route in _RUN_ROUTES},
    **{("POST", f"{route}/stream"): _Parts(_SENT_RUN, {}) for route in _RUN_ROUTES},
    **{("POST", f"{route}/crons"): _Parts(_SENT_RUN, _CRON) for route in _RUN_ROUTES},
}
_NONE = _Parts({}, {})


class Codecs:
    """The codecs of a client, in order: the first sees what is sent first, what comes back last."""

    def __init__(self, codecs: Sequence[Codec]) -> None:
        self._codecs = tuple(codecs)

    def encoded(self, operation: Operation[Any], body: Any) -> Any:
        """Return the body of an operation with its parts encoded."""
        paths = _CALLS.get((operation.method, route_of(operation.path)), _NONE).sent
        return body if body is OMIT else self._over(paths, body, self._encode)

    def decoded(self, operation: Operation[Any], body: Any) -> Any:
        """Return the decoded JSON of an answer with its parts decoded."""
        paths = _CALLS.get((operation.method, route_of(operation.path)), _NONE).received
        return self._over(paths, body, self._decode)

    def event(self, event: str, data: Any) -> Any:
        """Return the data of a stream event with its parts decoded."""
        return self._over(_EVENTS.get(event.partition("|")[0], {}), data, self._decode)

    def _over(self, paths: Paths, body: Any, change: Callable[[CodecPart, Any], Any]) -> Any:
        for path, part in paths.items():
            steps = [step for step in path.replace("[]", ".[]").split(".") if step]
            body = _changed(body, steps, partial(change, part))
        return body

    def _encode(self, part: CodecPart, value: Any) -> Any:
        for codec in self._codecs:
            value = _guarded(codec, "encode", part, value)
        return value

    def _decode(self, part: CodecPart, value: Any) -> Any:
        for codec in reversed(self._codecs):
            value = _guarded(codec, "decode", part, value)
        return value


def _changed(body: Any, steps: Sequence[str], change: Callable[[Any], Any]) -> Any:
    """Return a body with what lies at a path changed; what is absent or null stays as it is."""
    if not steps:
        return body if body is None else change(body)
    step, rest = steps[0], steps[1:]
    if step == "[]":
        return [_changed(one, rest, change) for one in body] if isinstance(body, list) else body
    if not isinstance(body, Mapping):
        return body
    if step == "*":
        return {key: _changed(value, rest, change) for key, value in body.items()}
    if step not in body:
        return body
    return {**body, step: _changed(body[step], rest, change)}


def _guarded(codec: Codec, step: str, part: CodecPart, value: Any) -> Any:
    """Call a codec; its failure names it and the part, and never shows the data."""
    try:
        return codec.encode(part, value) if step == "encode" else codec.decode(part, value)
    except GraphwireError:
        raise
    except Exception as error:
        name = type(codec).__name__
        raise PluginError(
            f"codec {name} could not {step} {part}: {type(error).__name__}"
        ) from error
