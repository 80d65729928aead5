from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from graphwire.errors import NotFoundError, ResponseValidationError
from graphwire.models import Checkpoint

if TYPE_CHECKING:
    from tests.contract.prepared import Finished

    from graphwire import AsyncClient

STEPS: list[dict[str, Any]] = [
    {"updates": [{"values": {"amount": 2}, "as_node": "__start__"}]},
    {"updates": [{"values": {"total": 2}, "as_node": "add"}]},
    {"updates": [{"values": {"notes": ["total 2"]}, "as_node": "note"}]},
]
"""A whole run of the graph `counter`."""

FINAL = {"amount": 2, "total": 2, "notes": ["total 2"]}


class Counter(BaseModel):
    amount: int
    total: int
    notes: list[str]


class Other(Counter):
    missing: str


class CounterDict(TypedDict):
    amount: int
    total: int
    notes: list[str]


async def counted(client: AsyncClient, *, steps: int = 3) -> str:
    """Make a thread of the graph `counter` with a history of its own; return its id."""
    thread = await client.threads.create(graph_id="counter", supersteps=STEPS[:steps])
    return thread.thread_id


async def test_a_fresh_thread_has_an_empty_state(client: AsyncClient) -> None:
    thread = await client.threads.create()

    state = await client.threads.get_state(thread.thread_id)

    assert state.values == {}
    assert (state.next, state.tasks, state.interrupts) == ([], [], [])
    assert (state.checkpoint, state.metadata, state.created_at) == (None, None, None)


async def test_a_state_tells_its_values_its_next_nodes_and_its_checkpoint(
    client: AsyncClient,
) -> None:
    thread_id = await counted(client, steps=2)

    state = await client.threads.get_state(thread_id, subgraphs=False, select=["values", "next"])

    assert state.values == {"amount": 2, "total": 2, "notes": []}
    assert state.next == ["note"]
    assert [task.name for task in state.tasks] == ["note"]
    assert state.created_at is not None
    assert state.checkpoint is not None
    assert state.checkpoint.thread_id == thread_id
    assert state.parent_checkpoint != state.checkpoint


async def test_a_state_can_be_read_at_a_checkpoint_in_each_way(client: AsyncClient) -> None:
    thread_id = await counted(client)
    past = (await client.threads.get_history(thread_id))[1]
    assert past.checkpoint is not None
    assert past.checkpoint_id is not None

    by_model = await client.threads.get_state(thread_id, past.checkpoint)
    by_dict = await client.threads.get_state(
        thread_id,
        {"checkpoint_id": past.checkpoint_id, "thread_id": thread_id, "checkpoint_ns": ""},
        subgraphs=True,
        select=["values"],
    )
    by_id = await client.threads.get_state(thread_id, checkpoint_id=past.checkpoint_id)

    assert by_model.values == by_dict.values == by_id.values == past.values
    assert by_model.next == by_dict.next == by_id.next == past.next


async def test_values_are_of_the_type_that_the_caller_names(client: AsyncClient) -> None:
    thread_id = await counted(client)

    as_model = await client.threads.get_state(thread_id, values=Counter)
    as_dict = await client.threads.get_state(thread_id, values=CounterDict)

    assert as_model.values == Counter.model_validate(FINAL)
    assert as_dict.values == FINAL


async def test_values_that_do_not_fit_the_type_of_the_caller_are_an_error(
    client: AsyncClient,
) -> None:
    thread_id = await counted(client)

    with pytest.raises(ResponseValidationError, match=r"values\.missing") as caught:
        await client.threads.get_state(thread_id, values=Other)
    assert caught.value.field == "values.missing"


async def test_an_update_of_the_state_is_written_in_the_name_of_a_node(
    client: AsyncClient,
) -> None:
    thread_id = await counted(client, steps=1)

    written = await client.threads.update_state(thread_id, {"total": 5}, as_node="add")

    state = await client.threads.get_state(thread_id)
    assert state.values["total"] == 5
    assert state.next == ["note"]
    assert state.checkpoint_id == written.checkpoint.checkpoint_id == written.checkpoint_id
    assert state.metadata is not None
    assert state.metadata["source"] == "update"


async def test_several_updates_and_no_update_are_both_accepted(client: AsyncClient) -> None:
    thread_id = await counted(client, steps=1)

    await client.threads.update_state(thread_id, None, as_node="__start__")
    await client.threads.update_state(thread_id, {"total": 1, "notes": ["x"]}, as_node="add")

    state = await client.threads.get_state(thread_id)
    assert state.values == {"amount": 2, "total": 1, "notes": ["x"]}


async def test_an_update_of_an_earlier_checkpoint_makes_a_branch(client: AsyncClient) -> None:
    thread_id = await counted(client)
    first = (await client.threads.get_history(thread_id))[-1]
    assert first.checkpoint is not None

    await client.threads.update_state(
        thread_id, {"total": 7}, as_node="add", checkpoint=first.checkpoint
    )
    branch = await client.threads.get_state(thread_id)
    await client.threads.update_state(
        thread_id, {"total": 8}, as_node="add", checkpoint_id=first.checkpoint_id
    )
    other = await client.threads.get_state(thread_id)

    assert branch.values == {"amount": 2, "total": 7, "notes": []}
    assert branch.parent_checkpoint_id == other.parent_checkpoint_id == first.checkpoint_id
    assert other.values["total"] == 8


async def test_the_history_is_read_page_by_page_newest_first(client: AsyncClient) -> None:
    thread_id = await counted(client)

    page = await client.threads.get_history(thread_id, limit=2, select=["values"])

    assert [state.next for state in page] == [[], ["note"]]
    assert page.next_cursor == page[-1].checkpoint_id
    assert [state.next async for state in page.all()] == [[], ["note"], ["add"]]
    assert page[0].parent_checkpoint == page[1].checkpoint


async def test_before_takes_an_id_a_checkpoint_or_a_config(client: AsyncClient) -> None:
    thread_id = await counted(client)
    newest, *earlier = await client.threads.get_history(thread_id)
    assert newest.checkpoint is not None
    assert newest.checkpoint_id is not None

    by_id = await client.threads.get_history(thread_id, before=newest.checkpoint_id)
    by_checkpoint = await client.threads.get_history(thread_id, before=newest.checkpoint)
    by_mapping = await client.threads.get_history(
        thread_id, before={"checkpoint_id": newest.checkpoint_id}
    )
    by_config = await client.threads.get_history(
        thread_id, before={"configurable": {"checkpoint_id": newest.checkpoint_id}}
    )

    assert by_id == by_checkpoint == by_mapping == by_config == earlier


async def test_the_history_filters_by_metadata_and_namespace(client: AsyncClient) -> None:
    thread_id = await counted(client)

    first = await client.threads.get_history(thread_id, metadata={"step": 0})
    root = await client.threads.get_history(thread_id, checkpoint=Checkpoint(checkpoint_ns=""))
    elsewhere = await client.threads.get_history(thread_id, checkpoint={"checkpoint_ns": "x"})

    assert [state.next for state in first] == [["add"]]
    assert len(root) == 3
    assert elsewhere == []


async def test_an_interrupted_subgraph_shows_its_own_state_when_asked(
    client: AsyncClient, prepared: dict[str, Finished]
) -> None:
    thread = await client.threads.copy(prepared["subgraph_interrupt"].thread_id)

    flat = await client.threads.get_state(thread.thread_id)
    deep = await client.threads.get_state(thread.thread_id, subgraphs=True)

    [task] = flat.tasks
    assert (task.name, task.state) == ("child", None)
    assert task.checkpoint is not None
    assert task.checkpoint.checkpoint_ns
    inner = deep.tasks[0].state
    assert inner is not None
    assert inner.next == ["ask"]
    assert flat.interrupts == deep.interrupts == inner.interrupts
    assert flat.interrupts[0].value == {"question": "Deep down?"}


async def test_the_state_of_a_missing_thread_is_not_found(client: AsyncClient) -> None:
    thread = await client.threads.create()
    await client.threads.delete(thread.thread_id)

    with pytest.raises(NotFoundError):
        await client.threads.get_state(thread.thread_id)
    with pytest.raises(NotFoundError):
        await client.threads.update_state(thread.thread_id, {"total": 1})
    with pytest.raises(NotFoundError):
        await client.threads.get_history(thread.thread_id)
