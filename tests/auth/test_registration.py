"""What can be registered, and how every mistake is refused when it is made."""

import functools
from typing import TYPE_CHECKING, Any

import pytest

from graphwire_auth import Auth, AuthContext, exceptions, types
from graphwire_auth.exceptions import ConfigurationError, RegistrationError
from graphwire_auth.types import AuthValue, StoreValue, ThreadsCreate, ThreadsRead, ThreadsValue

if TYPE_CHECKING:
    from decimal import Decimal


async def rule(ctx: AuthContext, value: dict[str, Any]) -> None:
    """Allow."""


def keys(auth: Auth) -> set[tuple[str, str]]:
    return {(r.resource, r.action) for r in auth.registry}


@pytest.mark.parametrize(
    ("register", "expected"),
    [
        (lambda a: a.on(rule), {("*", "*")}),
        (lambda a: a.on()(rule), {("*", "*")}),
        (lambda a: a.on(resources="*", actions="*")(rule), {("*", "*")}),
        (lambda a: a.on(actions="create")(rule), {("*", "create")}),
        (lambda a: a.on(resources="store")(rule), {("store", "*")}),
        (
            lambda a: a.on(resources=["threads", "crons"], actions=["read", "update"])(rule),
            {(r, x) for r in ("threads", "crons") for x in ("read", "update")},
        ),
        (lambda a: a.on.threads(rule), {("threads", "*")}),
        (lambda a: a.on.threads()(rule), {("threads", "*")}),
        (lambda a: a.on.threads(resources=["threads"])(rule), {("threads", "*")}),
        (lambda a: a.on.crons(actions=("create",))(rule), {("crons", "create")}),
        (lambda a: a.on.threads.create_run(rule), {("threads", "create_run")}),
        (lambda a: a.on.threads.create()(rule), {("threads", "create")}),
        (lambda a: a.on.assistants.search(rule), {("assistants", "search")}),
        (lambda a: a.on.store(rule), {("store", "*")}),
        (lambda a: a.on.store(actions=["put", "get"])(rule), {("store", "put"), ("store", "get")}),
        (lambda a: a.on.store.list_namespaces(rule), {("store", "list_namespaces")}),
    ],
)
def test_every_decorator_registers_under_its_keys(register: Any, expected: Any) -> None:
    auth = Auth()
    assert register(auth) is rule
    assert keys(auth) == expected


@pytest.mark.parametrize(
    ("register", "message"),
    [
        (lambda a: a.on(resources="runs")(rule), "runs are authorized as threads"),
        (lambda a: a.on(resources="thread")(rule), "'thread' is not a resource"),
        (lambda a: a.on(actions="put_item")(rule), "'put_item' is not an action"),
        (lambda a: a.on(resources="threads", actions="put")(rule), "'put' is not an action of"),
        (lambda a: a.on.threads(actions="put")(rule), "'put' is not an action of threads"),
        (lambda a: a.on.crons(actions="create_run")(rule), "not an action of crons"),
        (lambda a: a.on.store(actions="create")(rule), "'create' is not an action of store"),
        (lambda a: a.on.threads(actions="*")(rule), "leave actions out"),
        (lambda a: a.on.threads(actions=[])(rule), "at least one name"),
        (lambda a: a.on.threads(actions=["read", "read"])(rule), "listed twice"),
        (lambda a: a.on.threads(actions=3)(rule), "a name or a list of names"),
        (lambda a: a.on(resources=[3])(rule), "a name or a list of names"),
        (lambda a: a.on.threads(resources="crons")(rule), "can only be 'threads'"),
        (lambda a: a.on.threads(resources=["threads", "crons"])(rule), "can only be 'threads'"),
    ],
)
def test_an_unknown_or_malformed_name_is_refused(register: Any, message: str) -> None:
    auth = Auth()
    with pytest.raises(RegistrationError, match=message.replace("*", r"\*")):
        register(auth)
    assert keys(auth) == set()


def test_runs_are_found_under_threads() -> None:
    with pytest.raises(AttributeError, match=r"auth\.on\.threads"):
        Auth().on.runs(rule)


def test_registering_twice_names_both_handlers() -> None:
    auth = Auth()
    auth.on.threads.create(rule)

    async def second(ctx: AuthContext, value: Any) -> None: ...

    with pytest.raises(
        RegistrationError, match=r"second: threads\.create already has the rule rule"
    ):
        auth.on.threads.create(second)
    with pytest.raises(RegistrationError, match="already has the rule"):
        auth.on(resources="threads", actions=["read", "create"])(second)
    assert keys(auth) == {("threads", "create")}, "nothing of a faulty registration stays"


def test_two_global_rules_are_one_too_many() -> None:
    auth = Auth()
    auth.on(rule)
    with pytest.raises(RegistrationError, match="every call already has the rule"):
        auth.on(resources="*", actions="*")(rule)


def sync_rule(ctx: Any, value: Any) -> None: ...
async def no_ctx(value: Any) -> None: ...
async def no_value(ctx: Any) -> None: ...
async def positional(ctx: Any, value: Any, /) -> None: ...
async def third(ctx: Any, value: Any, request: Any) -> None: ...
async def swallows(*ctx: Any, **value: Any) -> None: ...


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (sync_rule, "sync_rule: a rule must be `async def`"),
        (no_ctx, "no_ctx: a rule needs a parameter `ctx`"),
        (no_value, "no_value: a rule needs a parameter `value`"),
        (positional, "needs a parameter `ctx`"),
        (third, "`request` would have no value"),
        (swallows, "needs a parameter `ctx`"),
    ],
)
def test_a_handler_that_cannot_be_called_is_refused(handler: Any, message: str) -> None:
    with pytest.raises(RegistrationError, match=message):
        Auth().on(handler)


async def keyword_only(*, ctx: Any, value: Any) -> None: ...
async def with_default(ctx: Any, value: Any, *, audit: bool = True) -> None: ...


class CallableRule:
    async def __call__(self, ctx: Any, value: ThreadsValue) -> None: ...


@pytest.mark.parametrize(
    "handler",
    [keyword_only, with_default, CallableRule(), functools.partial(with_default, audit=False)],
)
def test_everything_that_can_be_called_with_ctx_and_value_is_a_rule(handler: Any) -> None:
    auth = Auth()
    auth.on.threads(handler)
    assert keys(auth) == {("threads", "*")}


class StrictCreate(ThreadsCreate):
    metadata: dict[str, str]


async def base(ctx: Any, value: AuthValue) -> None: ...
async def of_resource(ctx: Any, value: ThreadsValue) -> None: ...
async def create_only(ctx: Any, value: ThreadsCreate) -> None: ...
async def own_model(ctx: Any, value: StrictCreate) -> None: ...
async def either(ctx: Any, value: ThreadsCreate | ThreadsRead) -> None: ...
async def of_store(ctx: Any, value: StoreValue) -> None: ...
async def as_string(ctx: Any, value: "ThreadsCreate") -> None: ...
async def marker(ctx: Any, value: types.on.threads.create.value) -> None: ...
async def mixed(ctx: Any, value: ThreadsCreate | dict[str, Any]) -> None: ...
async def hidden(ctx: Any, value: "Decimal") -> None: ...
async def unresolvable(ctx: Any, value: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("handler", "action", "model"),
    [
        (base, "create", ThreadsCreate),
        (of_resource, "create", ThreadsCreate),
        (create_only, "create", ThreadsCreate),
        (own_model, "create", StrictCreate),
        (either, "read", ThreadsRead),
        (as_string, "create", ThreadsCreate),
        (marker, "create", ThreadsCreate),
    ],
)
def test_the_annotation_of_value_chooses_the_model(handler: Any, action: str, model: Any) -> None:
    auth = Auth()
    auth.on.threads(actions=action)(handler)
    found = auth.registry.find("threads", action)
    assert found is not None
    assert found.models == {("threads", action): model}


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (create_only, r"would also be asked about threads\.read, whose value is ThreadsRead"),
        (of_store, r"asked about threads\.create"),
        (mixed, "with models or with dict, not with both"),
        (hidden, "cannot be resolved"),
        (unresolvable, "cannot be resolved"),
    ],
)
def test_an_annotation_that_does_not_fit_is_refused(handler: Any, message: str) -> None:
    with pytest.raises(RegistrationError, match=message):
        Auth().on.threads(handler)


def test_a_second_authenticator_is_refused() -> None:
    auth = Auth()

    @auth.authenticate
    async def first(authorization: str) -> str:
        return authorization

    with pytest.raises(RegistrationError, match="second: the authenticator is already first"):

        @auth.authenticate
        def second(headers: dict[bytes, bytes]) -> str:
            return ""


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (lambda token: token, "no parameter `token`; expected some of connection"),
        (lambda body: body, "`body` is never there"),
        (lambda scope, /: scope, "no parameter `scope`"),
    ],
)
def test_an_authenticator_asks_for_known_things_only(handler: Any, message: str) -> None:
    with pytest.raises(RegistrationError, match=message):
        Auth().authenticate(handler)


def test_arguments_of_auth_are_checked() -> None:
    with pytest.raises(ConfigurationError, match="user_model: expected a subclass of User"):
        Auth(user_model=dict)  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(ConfigurationError, match="uncovered: expected one of"):
        Auth(uncovered="maybe")  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(ConfigurationError, match="ignored_mutations: expected one of"):
        Auth(ignored_mutations="log")  # type: ignore[arg-type]  # what the test is about


def test_auth_carries_its_types_and_exceptions() -> None:
    assert Auth.types is types
    assert Auth.exceptions is exceptions
    assert Auth().on.threads.create.value is ThreadsCreate
    assert types.on.store.list_namespaces.value is types.StoreListNamespaces


def test_repr_names_handlers_only() -> None:
    auth = Auth()
    auth.on(rule)
    assert repr(auth) == "Auth(authenticator=None, rules=1)"
