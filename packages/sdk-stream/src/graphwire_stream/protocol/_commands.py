"""Commands: what a client asks the server to do, one model for each method."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, ClassVar, Generic, Literal, cast

from pydantic import AfterValidator, Field, PlainValidator, ValidationError
from typing_extensions import TypeVar

from graphwire_core._arguments import describe
from graphwire_core.errors import InvalidArgumentError, StreamProtocolError
from graphwire_core.models import LangSmithTracing
from graphwire_stream.protocol._channels import Channel, check_channels
from graphwire_stream.protocol._frames import fault_of
from graphwire_stream.protocol._requests import (
    Count,
    Goto,
    Identity,
    Namespace,
    Namespaces,
    Object,
    Request,
    Strategy,
)
from graphwire_stream.protocol._responses import CommandSuccess
from graphwire_stream.protocol._results import AgentTree, CommandResult, RunStarted, Subscribed

__all__ = [
    "AgentGetTree",
    "Command",
    "EventStreamRequest",
    "InputRespond",
    "InputRespondMany",
    "InputResponse",
    "OtherCommand",
    "RunStart",
    "SubscriptionReconnect",
    "SubscriptionSubscribe",
    "SubscriptionUnsubscribe",
]

Result = TypeVar("Result", bound=CommandResult, default=CommandResult)


class Command(Request, Generic[Result]):
    """A command: `to_wire()` is `{"id", "method", "params"}`, with what was set in `params`."""

    _answer: ClassVar[type[CommandResult]] = CommandResult

    id: Count
    """What the response to the command names."""
    method: str
    """Name of the command on the wire."""

    def to_wire(self) -> dict[str, Any]:
        """Return the command as the wire has it, its free-form values untouched."""
        params = self._set_fields()
        del params["id"]
        params.pop("method", None)
        return {"id": self.id, "method": self.method, "params": params}

    def read_result(self, response: CommandSuccess) -> Result:
        """Make the model of what the command gave.

        Raises:
            StreamProtocolError: The result is not one of this command.
        """
        try:
            return cast("Result", self._answer.model_validate(response.result))
        except ValidationError as error:
            raise StreamProtocolError(
                f"malformed response to {self.method}: result.{fault_of(error)}"
            ) from error


class RunStart(Command[RunStarted]):
    """Start a run on the thread, which is created where it does not exist.

    On a thread with open interrupts, the server takes an `input` for the answer to them.
    """

    _answer: ClassVar[type[CommandResult]] = RunStarted
    _nullable: ClassVar[frozenset[str]] = frozenset({"input"})

    method: Literal["run.start"] = "run.start"
    assistant_id: Identity
    """Id of the assistant, or name of the graph."""
    input: Any = None
    """Input of the graph, any JSON value."""
    config: Object | None = None
    """Configuration of the run; `configurable.checkpoint_id` is where it forks."""
    metadata: Object | None = None
    """Metadata of the run."""
    langsmith_tracer: LangSmithTracing | None = None
    """LangSmith project and example of the run's trace."""
    multitask_strategy: Strategy | None = Field(
        default=None, serialization_alias="multitaskStrategy"
    )
    """What to do when the thread is busy. Server default: `"enqueue"`."""


class InputResponse(Request):
    """The answer to one interrupt."""

    _nullable: ClassVar[frozenset[str]] = frozenset({"response"})

    interrupt_id: Identity
    namespace: Namespace
    """Namespace of the event that asked."""
    response: Any
    """What `interrupt()` returns in the graph, any JSON value."""


class _Resume(Command):
    """What a resume changes besides its answers."""

    method: Literal["input.respond"] = "input.respond"
    update: Object | None = None
    """Update of the state, in the same step."""
    goto: Goto | None = None
    """Where the graph goes on."""
    config: Object | None = None
    """Configuration of the run."""
    metadata: Object | None = None
    """Metadata of the run."""


class InputRespond(_Resume):
    """Answer one interrupt; others that are open stay so."""

    _nullable: ClassVar[frozenset[str]] = frozenset({"response"})

    interrupt_id: Identity
    namespace: Namespace
    """Namespace of the event that asked."""
    response: Any
    """What `interrupt()` returns in the graph, any JSON value."""


def _each_once(responses: Sequence[InputResponse]) -> tuple[InputResponse, ...]:
    if not responses:
        raise InvalidArgumentError("", "at least one response", "none")
    ids = [response.interrupt_id for response in responses]
    for index, interrupt_id in enumerate(ids):
        if interrupt_id in ids[:index]:
            where = f"[{index}].interrupt_id"
            raise InvalidArgumentError(where, "one answer to each", describe(interrupt_id))
    return tuple(responses)


class InputRespondMany(_Resume):
    """Answer several interrupts at once."""

    responses: Annotated[Sequence[InputResponse], AfterValidator(_each_once)]


class AgentGetTree(Command[AgentTree]):
    """Ask for the graphs of the current run (WebSocket only)."""

    _answer: ClassVar[type[CommandResult]] = AgentTree

    method: Literal["agent.getTree"] = "agent.getTree"
    run_id: Identity | None = None
    """The known server takes the current run, whatever is asked for."""


_Channels = Annotated[Collection[Channel | str], PlainValidator(check_channels)]


class SubscriptionSubscribe(Command[Subscribed]):
    """Ask for events (WebSocket only)."""

    _answer: ClassVar[type[CommandResult]] = Subscribed

    method: Literal["subscription.subscribe"] = "subscription.subscribe"
    channels: _Channels
    namespaces: Namespaces | None = None
    """Graphs to hear of, and those inside them. Default, and `[]`: all."""
    depth: Count | None = None
    """How many levels below `namespaces`. Default: all."""


class SubscriptionUnsubscribe(Command):
    """End a subscription (WebSocket only)."""

    method: Literal["subscription.unsubscribe"] = "subscription.unsubscribe"
    subscription_id: Identity


class SubscriptionReconnect(Command[Subscribed]):
    """Ask for events, those after `since` once more (WebSocket only)."""

    _answer: ClassVar[type[CommandResult]] = Subscribed

    method: Literal["subscription.reconnect"] = "subscription.reconnect"
    channels: _Channels
    since: Count
    """`seq` of the last event that is not needed again, as this connection counts."""
    namespaces: Namespaces | None = None
    """Graphs to hear of, and those inside them. Default, and `[]`: all."""
    depth: Count | None = None
    """How many levels below `namespaces`. Default: all."""
    subscription_id: Identity | None = None
    """Name that the subscription gets. Default: one of the server's."""


class OtherCommand(Command):
    """A command as plain data, such as `state.get`, which the known server refuses."""

    params: Object = Field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        """Return the command as the wire has it, its free-form values untouched."""
        return {"id": self.id, "method": self.method, "params": self.params}


class EventStreamRequest(Request):
    """Body of the request that opens an event stream over SSE."""

    channels: _Channels
    namespaces: Namespaces | None = None
    """Graphs to hear of, and those inside them. Default, and `[]`: all."""
    depth: Count | None = None
    """How many levels below `namespaces`. Default: all."""
    since: Count | None = None
    """`seq` of the last event that is not needed again; it only approximates a place, because each
    connection counts anew. Default: the whole history of the thread."""
