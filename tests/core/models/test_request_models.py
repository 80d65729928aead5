from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError
from tests.core.models.bodies import body_of

from graphwire_core.models import (
    Checkpoint,
    Command,
    Config,
    CronUpdate,
    LangSmithTracing,
    RunCreate,
    Send,
    StateUpdate,
    ThreadState,
    ThreadSuperstep,
    Ttl,
)

SENT: list[tuple[BaseModel, dict[str, Any]]] = [
    (Config(), {}),
    (Config(tags=["a"]), {"tags": ["a"]}),
    (Config(configurable={"k": None}), {"configurable": {"k": None}}),
    (Checkpoint(checkpoint_id="c"), {"checkpoint_id": "c"}),
    (Command(), {}),
    (Command(resume=None), {"resume": None}),
    (Command(resume={"a": 1}, update=None), {"resume": {"a": 1}, "update": None}),
    (Command(update=[("x", 1)]), {"update": [("x", 1)]}),
    (Command(goto="n"), {"goto": "n"}),
    (Command(goto=Send(node="n", input=None)), {"goto": {"node": "n", "input": None}}),
    (
        Command(goto=["n", Send(node="m", input=[1]), {"node": "o", "input": 2}]),
        {"goto": ["n", {"node": "m", "input": [1]}, {"node": "o", "input": 2}]},
    ),
    (LangSmithTracing(project_name="p"), {"project_name": "p"}),
    (Ttl(ttl=5), {"ttl": 5}),
    (Ttl(ttl=timedelta(hours=2), strategy="keep_latest"), {"ttl": 120, "strategy": "keep_latest"}),
    (RunCreate(assistant_id="a"), {"assistant_id": "a"}),
    (
        RunCreate(assistant_id="a", thread_id=None, input=None, webhook=None, config=None),
        {"assistant_id": "a"},
    ),
    (
        RunCreate(
            assistant_id="a",
            input={"x": None},
            command=Command(resume=None),
            config=Config(recursion_limit=3),
            checkpoint=Checkpoint(checkpoint_id="c"),
            langsmith_tracing=LangSmithTracing(example_id="e"),
            interrupt_before="*",
            stream_mode=["values", "custom"],
        ),
        {
            "assistant_id": "a",
            "input": {"x": None},
            "command": {"resume": None},
            "config": {"recursion_limit": 3},
            "checkpoint": {"checkpoint_id": "c"},
            "langsmith_tracer": {"example_id": "e"},
            "interrupt_before": "*",
            "stream_mode": ["values", "custom"],
        },
    ),
    (
        RunCreate(
            assistant_id="a", command={"resume": None}, config={"tags": [], "run_name": "mine"}
        ),
        {
            "assistant_id": "a",
            "command": {"resume": None},
            "config": {"tags": [], "run_name": "mine"},
        },
    ),
    (CronUpdate(), {}),
    (CronUpdate(end_time=None), {"end_time": None}),
    (
        CronUpdate(end_time=datetime(2026, 1, 1, tzinfo=UTC), timezone=ZoneInfo("Europe/Paris")),
        {"end_time": "2026-01-01T00:00:00+00:00", "timezone": "Europe/Paris"},
    ),
    (CronUpdate(enabled=False, config=Config(tags=[])), {"enabled": False, "config": {"tags": []}}),
    (
        ThreadSuperstep(updates=[StateUpdate(as_node="n", values={"x": 1})]),
        {"updates": [{"as_node": "n", "values": {"x": 1}}]},
    ),
    (
        ThreadSuperstep(updates=[{"as_node": "n", "values": None}]),
        {"updates": [{"as_node": "n", "values": None}]},
    ),
]


@pytest.mark.parametrize(("model", "body"), SENT)
def test_only_what_was_set_is_sent(model: BaseModel, body: dict[str, Any]) -> None:
    assert model.model_dump() == body


@pytest.mark.parametrize(
    "make",
    [
        lambda: Config(tgas=[]),  # type: ignore[call-arg]  # the fault under test
        lambda: Checkpoint(chekpoint_id="c"),  # type: ignore[call-arg]  # the fault under test
        lambda: Command(resum=1),  # type: ignore[call-arg]  # the fault under test
        lambda: Send(node="n", input=1, arg=2),  # type: ignore[call-arg]  # the fault under test
        lambda: RunCreate(assistant_id="a", inptu=1),  # type: ignore[call-arg]  # as above
        lambda: CronUpdate(shedule="* * * * *"),  # type: ignore[call-arg]  # as above
        lambda: LangSmithTracing(project="p"),  # type: ignore[call-arg]  # as above
    ],
)
def test_an_unknown_keyword_is_an_error(make: Any) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        make()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: RunCreate(assistant_id="a", multitask_strategy="queue"), "multitask_strategy"),  # type: ignore[arg-type]
        (lambda: RunCreate(assistant_id="a", stream_mode=["vals"]), "stream_mode"),  # type: ignore[list-item]
        (lambda: RunCreate(assistant_id=None), "assistant_id"),  # type: ignore[arg-type]
        (lambda: CronUpdate(schedule=None), "schedule"),  # type: ignore[arg-type]
        (lambda: CronUpdate(timezone=timezone(timedelta(hours=1))), "timezone"),
        (lambda: Ttl(ttl=-1), "ttl"),
        (lambda: Ttl(ttl=1, strategy="sweep"), "strategy"),  # type: ignore[arg-type]
        (lambda: Config(tags="x"), "tags"),  # type: ignore[arg-type]
        (lambda: Config(recursion_limit="many"), "recursion_limit"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_field(make: Any, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make()

    assert caught.value.errors()[0]["loc"][0] == field


def test_what_the_server_sent_can_be_sent_back_as_it_was() -> None:
    body = body_of("threads.get_state cp id")
    body["checkpoint"]["new_key"] = 1
    state = ThreadState.model_validate(body)

    assert state.checkpoint is not None
    assert state.checkpoint.model_dump() == body["checkpoint"]


def test_an_assistants_config_keeps_what_the_server_adds() -> None:
    config = Config.model_validate({"configurable": {}, "max_concurrency": 3})

    assert config["max_concurrency"] == 3
    assert config.model_dump() == {"configurable": {}, "max_concurrency": 3}


def test_a_change_of_a_request_is_checked_and_sent() -> None:
    command = Command(resume=1)
    command.goto = "n"

    assert command.model_dump() == {"resume": 1, "goto": "n"}
    with pytest.raises(ValidationError):
        command.goto = 5  # type: ignore[assignment]  # the fault under test


def test_free_form_data_of_a_request_is_not_copied() -> None:
    data = {"x": object()}

    assert RunCreate(assistant_id="a", input=data, metadata=data).input is data
    assert Command(update=data).update is data
