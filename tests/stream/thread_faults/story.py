"""A run as a story: what the server stores of it, and what each projection must read of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.stream.scripted import RUN, THREAD
from tests.stream.session.model import Entry, Namespace, Told

__all__ = [
    "ANSWER",
    "ANSWERED",
    "DEEP",
    "DEPTHS",
    "EARLIER",
    "EVENTS",
    "MESSAGES",
    "OUTPUT",
    "QUESTIONS",
    "RUN",
    "STATES",
    "STORY",
    "SUBGRAPHS",
    "TEXT",
    "THREAD",
    "TOOLS",
    "WHOLE",
    "asking",
    "counting",
    "message",
    "past",
    "told",
]

EARLIER = "00000000-0000-0000-0000-00000000000e"
"""A run of the thread before the one of the story."""
CHILD: Namespace = ("child:1",)
OUTPUT = {"number": "the last"}
"""The values of the thread, as REST has them."""


def entry(
    milliseconds: int, method: str, data: Any, namespace: Namespace = (), **how: Any
) -> Entry:
    return Entry(RUN, milliseconds, method, namespace, data, **how)


def message(milliseconds: int, name: str, *pieces: str, namespace: Namespace = ()) -> list[Entry]:
    """Return the events of a message that comes in pieces."""

    def part(event: str, **data: Any) -> Entry:
        return entry(milliseconds, "messages", {"event": event, **data}, namespace)

    text = {"type": "text", "text": ""}
    return [
        part("message-start", role="ai", id=name),
        part("content-block-start", index=0, content=text),
        *(
            part("content-block-delta", index=0, delta={"type": "text-delta", "text": piece})
            for piece in pieces
        ),
        part("content-block-finish", index=0, content={"type": "text", "text": "".join(pieces)}),
        part("message-finish"),
    ]


def _call(event: str, namespace: Namespace = (), **data: Any) -> Entry:
    return entry(1004, "tools", {"event": event, "tool_call_id": "call-1", **data}, namespace)


def _lifecycle(
    event: str, namespace: Namespace = (), milliseconds: int = 1005, **data: Any
) -> Entry:
    told = {"event": event, "graph_name": "g", **data}
    return entry(milliseconds, "lifecycle", told, namespace)


STORY: Sequence[Entry] = (
    entry(1000, "values", {"number": 0}),
    # What only live connections get moves the suffixes of all that shares its stored entry.
    entry(1001, "custom", {"name": "progress", "payload": 1}, live_only=True),
    *message(1001, "m-1", "Hel", "lo", " there"),
    entry(1002, "values", {"number": 1}),
    _call("tool-started", tool_name="search", input={"query": "rivers"}),
    _call("tool-output-delta", delta="looking"),
    _call("tool-finished", output={"found": 3}),
    _lifecycle("started", CHILD, trigger_call_id="1"),
    entry(1005, "values", {"inside": 1}, CHILD),
    _lifecycle("completed", CHILD),
    *message(1006, "m-2", "And", " good", "bye"),
    entry(1006, "values", {"number": 2}),
    _lifecycle("completed", milliseconds=1007),
)
"""A run with something for every projection; it completes."""

STATES = [{"number": 0}, {"number": 1}, {"number": 2}]
TEXT = ["Hel", "lo", " there", "And", " good", "bye"]
MESSAGES = [("m-1", "Hello there"), ("m-2", "And goodbye")]
TOOLS = [("search", {"query": "rivers"}, {"found": 3})]
SUBGRAPHS = [(CHILD, "completed", [{"inside": 1}])]


INNER: Namespace = (*CHILD, "inner:2")
OTHER: Namespace = ("child:3",)

DEEP: Sequence[Entry] = (
    entry(1000, "values", {"number": 0}),
    _lifecycle("started", CHILD, 1001, trigger_call_id="1"),
    *message(1002, "c-1", "in", "side", namespace=CHILD),
    _lifecycle("started", INNER, 1003, trigger_call_id="2"),
    *message(1004, "m-1", "Hel", "lo"),
    _call("tool-started", INNER, tool_name="search", input={"query": "rivers"}),
    entry(1004, "values", {"deep": 1}, INNER),
    *message(1004, "i-1", "deep", " down", namespace=INNER),
    _lifecycle("started", OTHER, 1005, trigger_call_id="3"),
    entry(1005, "values", {"other": 1}, OTHER),
    entry(1005, "custom", {"name": "remarks", "payload": 1}, CHILD),
    _call("tool-finished", INNER, output={"found": 3}),
    entry(1006, "values", {"deep": 2}, INNER),
    _lifecycle("failed", OTHER, error="kaboom"),
    _lifecycle("completed", INNER),
    entry(1007, "values", {"inside": 1}, CHILD),
    _lifecycle("completed", CHILD),
    entry(1008, "values", {"number": 1}),
    _lifecycle("completed"),
)
"""A run with subgraphs two deep, of which one fails, and which completes."""

DEPTHS = [
    {
        "namespace": CHILD,
        "ended": ("completed", None),
        "messages": [("c-1", "inside")],
        "values": [{"inside": 1}],
        "remarks": [{"name": "remarks", "payload": 1}],
        "subgraphs": [
            {
                "namespace": INNER,
                "ended": ("completed", None),
                "messages": [("i-1", "deep down")],
                "tool_calls": [("search", {"query": "rivers"}, {"found": 3})],
                "values": [{"deep": 1}, {"deep": 2}],
            }
        ],
    },
    {"namespace": OTHER, "ended": ("failed", "kaboom"), "values": [{"other": 1}]},
]
"""What its subgraphs read; what is empty is left out."""

QUESTIONS: Sequence[Entry] = (
    entry(1000, "values", {"number": 0}),
    _lifecycle("started", CHILD, 1001, trigger_call_id="1"),
    entry(1002, "input.requested", {"interrupt_id": "i-1", "payload": "here?"}),
    entry(1002, "input.requested", {"interrupt_id": "i-2", "payload": "there?"}, CHILD),
    _lifecycle("interrupted"),
    _lifecycle("interrupted", CHILD),
)
"""A run that stops at two questions at once, one of them inside a subgraph."""

ANSWER = "00000000-0000-0000-0000-00000000000f"
"""The run that goes on from their answers."""
ANSWERED: Sequence[Entry] = (
    Entry(ANSWER, 2000, "values", (), {"number": 1}),
    Entry(ANSWER, 2001, "values", (), {"number": 2}),
    Entry(ANSWER, 2002, "lifecycle", (), {"event": "completed", "graph_name": "g"}),
)


def told(entries: Sequence[Entry], *, live: bool = False) -> list[Told]:
    """Return the events that a reader of everything gets."""
    begin: Told = ("lifecycle", (), {"event": "running", "graph_name": "g"})
    kept = [one for one in entries if live or not one.live_only]
    return [begin, *((one.method, one.namespace, _minted(one)) for one in kept)]


def _minted(one: Entry) -> Any:
    """Return the data of an event: the server words the endings itself."""
    ending = one.method == "lifecycle" and one.data["event"] != "started"
    return {"event": one.data["event"], "graph_name": "g"} if ending else one.data


EVENTS = told(STORY)
WHOLE: dict[str, Any] = {
    "values": STATES,
    "text": TEXT,
    "messages": MESSAGES,
    "tool_calls": TOOLS,
    "subgraphs": SUBGRAPHS,
    "events": EVENTS,
    "output": OUTPUT,
}
"""What all projections read of the story, each thing once and in order."""


def past(number: int = 3) -> list[Entry]:
    """Return an earlier run of the thread, which completed."""
    states = [Entry(EARLIER, 500 + step, "values", (), {"old": step}) for step in range(number)]
    end = Entry(EARLIER, 600, "lifecycle", (), {"event": "completed", "graph_name": "g"})
    return [*states, end]


def counting(number: int, **data: Any) -> list[Entry]:
    """Return a run of so many states, which completes."""
    states = [entry(1000 + step, "values", {"number": step, **data}) for step in range(number)]
    return [*states, _lifecycle("completed", milliseconds=1000 + number)]


def asking(*trailing: Entry) -> list[Entry]:
    """Return a run that stops at an interrupt; something may trail it."""
    asked = {"interrupt_id": "i-1", "payload": "really?"}
    return [
        entry(1000, "values", {"number": 0}),
        entry(1001, "input.requested", asked),
        _lifecycle("interrupted", milliseconds=1002),
        *trailing,
    ]
