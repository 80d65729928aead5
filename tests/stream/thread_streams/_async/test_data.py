"""States, updates, custom data, named channels and plain events, alone and interleaved."""

from __future__ import annotations

from tests.stream.thread_streams._async.opening import HELLO, AsyncOpening, all_of

from graphwire_stream.protocol import (
    CustomEvent,
    LifecycleEvent,
    MessagesEvent,
    UpdatesEvent,
    ValuesEvent,
)

STEPS = ["write", "research", "tools", "desk"]


async def test_values_are_the_states_of_the_root_graph(past: AsyncOpening) -> None:
    async with past("full") as thread:
        states = await all_of(thread.values)
        last = await thread.values.get()

    assert [state["items"] for state in states][-2:] == [
        ["stream_message", "ask_tool", "emit"],
        ["stream_message", "ask_tool", "emit", "finish"],
    ]
    assert all("trail" not in state or state["trail"] == ["outer", "inner"] for state in states)
    assert last["items"] == states[-1]["items"]
    assert last["answer"] == "skipped"


async def test_a_named_channel_is_read_live_and_again_while_the_stream_is_open(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="newsroom") as thread:
        progress = thread.extensions["progress"]
        await thread.run.start(input=HELLO)
        live = await all_of(progress)
        again = await all_of(thread.extensions["progress"])

    assert live == [{"name": "progress", "payload": {"finished": step}} for step in STEPS]
    assert again == live


async def test_events_are_all_that_the_server_sent_each_once_and_in_order(
    opened: AsyncOpening,
) -> None:
    async with opened(assistant_id="newsroom") as thread:
        events = thread.events
        await thread.run.start(input=HELLO)
        found = await all_of(events)

    places = [event.seq for event in found]
    assert places == sorted(set(places))
    assert isinstance(found[0], LifecycleEvent)
    assert (found[0].data.event, found[-1].data.event) == ("running", "completed")
    assert {event.method for event in found} == {
        "lifecycle",
        "values",
        "updates",
        "messages",
        "tools",
        "custom",
    }


async def test_a_subscription_is_of_its_channels_and_places(past: AsyncOpening) -> None:
    async with past("newsroom") as thread:
        updates = await all_of(thread.subscribe(["updates"], namespaces=[[]], depth=0))
        inner = await all_of(thread.subscribe(["updates"], namespaces=[["desk"]], depth=0))
        below = await all_of(thread.subscribe(["updates", "values"], namespaces=[["desk"]]))
        deepest = await all_of(thread.subscribe(["messages"], namespaces=[["desk", "proof"]]))
        remarks = await all_of(thread.subscribe(["custom:remarks"]))
        custom = await all_of(thread.subscribe(["custom"]))

    assert [list(event.data) for event in updates] == [[step] for step in STEPS]
    assert {type(event) for event in updates} == {UpdatesEvent}
    assert [list(event.data) for event in inner] == [["revise"], ["tools"], ["proof"]]
    assert {type(event) for event in below} == {UpdatesEvent, ValuesEvent}
    assert {kinds(event.namespace) for event in below} == {("desk",), ("desk", "proof")}
    assert {type(event) for event in deepest} == {MessagesEvent}
    assert {kinds(event.namespace) for event in deepest} == {("desk", "proof")}
    assert [(event.name, event.payload) for event in remarks] == [("remarks", "shorter")]
    assert {"draft": 1} in [event.data for event in custom if isinstance(event, CustomEvent)]


async def test_projections_are_interleaved_as_their_items_arrive(opened: AsyncOpening) -> None:
    async with opened(assistant_id="newsroom") as thread:
        names = ["messages", "tool_calls", "subgraphs", "values", "updates", "progress"]
        interleaved = thread.interleave_projections(names)
        await thread.run.start(input=HELLO)
        found, said = [], []
        async for name, item in interleaved:
            found.append(name)
            if name == "messages":
                said.append(await item.text.get())
            elif name == "subgraphs":
                assert item.graph_name == "desk"
            elif name == "tool_calls":
                assert item.namespace == ()

    assert set(found) == set(names)
    assert said == ["Rivers run deep", ""]
    first = [name for name in dict.fromkeys(found) if name not in {"progress", "updates"}]
    assert first == ["values", "messages", "tool_calls", "subgraphs"]
    assert found.count("progress") == found.count("updates") == len(STEPS)
    assert found.count("subgraphs") == 1


async def test_interleaving_nothing_ends_with_the_run(past: AsyncOpening) -> None:
    async with past("counter") as thread:
        assert await all_of(thread.interleave_projections([])) == []
        assert (await thread.output)["total"] == 3


def kinds(namespace: tuple[str, ...]) -> tuple[str, ...]:
    """Leave the ids of tasks out of a namespace."""
    return tuple(segment.partition(":")[0] for segment in namespace)
