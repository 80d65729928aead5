"""Whoever the authenticator returns becomes one importable, picklable user of plain data."""

import dataclasses
import datetime as dt
import pickle
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError

from graphwire_auth import Auth, StudioUser, User, is_studio_user, types
from graphwire_auth._user import as_model, portable
from graphwire_auth.exceptions import AuthError
from graphwire_auth.testing import check


class Colleague(User):
    org: str


class Member(Colleague):
    since: dt.date | None = None


@dataclasses.dataclass
class Record:
    identity: str
    org: str


class Model(BaseModel):
    identity: str
    org: str


class Plain:
    def __init__(self) -> None:
        self.org = "acme"
        self._token = "hidden"

    @property
    def identity(self) -> str:
        return "ada"


@pytest.mark.parametrize(
    "returned",
    [
        {"identity": "ada", "org": "acme"},
        User(identity="ada", org="acme"),
        Colleague(identity="ada", org="acme"),
        Record("ada", "acme"),
        Model(identity="ada", org="acme"),
        Plain(),
        SimpleNamespace(identity="ada", org="acme"),
        ([], {"identity": "ada", "org": "acme"}),
    ],
    ids=lambda r: type(r).__name__,
)
def test_every_kind_of_user_becomes_the_same_one(returned: object) -> None:
    user = portable(returned, User)
    assert type(user) is User
    assert user.dict() == {
        "identity": "ada",
        "display_name": "ada",
        "is_authenticated": True,
        "permissions": (),
        "org": "acme",
    }


def test_a_string_is_an_identity_and_a_pair_brings_permissions() -> None:
    assert portable("ada", User).identity == "ada"
    user = portable((["read", "write"], "ada"), User)
    assert user.permissions == ("read", "write")


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("", "string_too_short"),
        ({"identity": None}, "string_type"),
        ({"identity": 7}, "string_type"),
        ({"name": "ada"}, r"identity \(missing\)"),
        (" ada", "value_error"),
        ("ada\nINFO root logged in", "value_error"),
        ("a" * 600, "string_too_long"),
        (object(), "got object"),
        (3, "got int"),
        (User, "got ModelMetaclass"),
        ((1, 2, 3), r"expected \(permissions, user\), got 3 items"),
        ({"identity": "ada", "permissions": "admin"}, "not one string"),
        ({"identity": "ada", "permissions": [1]}, "permissions.0"),
        (
            {"identity": "ada", "token": SecretStr("hush")},
            "token is a secret, and users are stored",
        ),
        ({"identity": "ada", "lock": object()}, "lock is object, which cannot be stored"),
    ],
)
def test_a_result_that_is_no_user_is_refused_without_quoting_it(
    returned: Any, message: str
) -> None:
    with pytest.raises(AuthError, match=message) as caught:
        portable(returned, User)
    assert "hush" not in str(caught.value)


def test_a_user_of_the_application_is_checked_when_the_caller_comes_in() -> None:
    with pytest.raises(AuthError, match=r"does not fit Member: org \(missing\)"):
        portable("ada", Member)


def test_the_applications_class_comes_back_from_plain_data() -> None:
    carried = portable(Member(identity="ada", org="acme", since=dt.date(2026, 1, 2)), Member)
    assert type(carried) is User
    assert carried["since"] == "2026-01-02"
    back = as_model(SimpleNamespace(_user=carried, identity="ada"), Member)
    assert back == Member(identity="ada", org="acme", since=dt.date(2026, 1, 2))


def test_a_user_survives_pickling_under_its_public_name() -> None:
    user = portable(Member(identity="ada", org="acme"), Member)
    data = pickle.dumps(user)
    assert b"graphwire_auth._user" not in data
    code = f"import pickle; print(pickle.loads({data!r})['org'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "acme"


def test_a_user_reads_as_a_mapping_and_satisfies_the_protocols() -> None:
    user = User(identity="ada", org="acme")
    assert (user["org"], user.get("nothing", 1), "org" in user) == ("acme", 1, True)
    assert list(user) == ["identity", "display_name", "is_authenticated", "permissions", "org"]
    assert user.keys() == list(user)
    assert isinstance(user, types.BaseUser)
    assert isinstance(user, types.MinimalUser)
    with pytest.raises(KeyError):
        user["nothing"]


def test_a_user_cannot_be_changed_by_a_rule() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        User(identity="ada").identity = "root"  # type: ignore[misc]  # what the test is about


def test_the_repr_of_a_user_shows_no_further_facts() -> None:
    user = User(identity="ada", permissions=("read",), phone="555-0100")
    assert repr(user) == "User(identity='ada', permissions=('read',))"
    assert str(user) == "ada"


def test_studio_is_told_by_class_and_never_by_a_key() -> None:
    from langgraph_sdk.auth.types import StudioUser as ServerStudioUser

    found = as_model(ServerStudioUser("studio", is_authenticated=True), Member)
    assert isinstance(found, StudioUser)
    assert is_studio_user(found)
    assert found.permissions == ("authenticated",)
    forged = {"identity": "eve", "kind": "StudioUser", "org": "acme"}
    assert not is_studio_user(as_model(portable(forged, Member), Member))
    assert not is_studio_user(forged)
    assert type(portable(StudioUser(identity="eve"), User)) is User, "nor by an authenticator"


async def test_rules_get_the_applications_class_and_studio_as_itself() -> None:
    auth = Auth(user_model=Member)
    seen: list[Any] = []

    @auth.on
    async def look(ctx: Any, value: Any) -> None:
        seen.append(ctx.user)

    await check(auth, user=Member(identity="a", org="b"), resource="threads", action="read")
    await check(auth, user=StudioUser(identity="s"), resource="threads", action="read")
    assert [type(user) for user in seen] == [Member, StudioUser]


def test_a_fact_named_like_the_servers_wrapper_unwraps_nothing() -> None:
    eve = portable({"identity": "eve", "_user": {"identity": "root"}}, User)
    assert as_model(eve, User).identity == "eve"
    assert as_model(SimpleNamespace(_user=eve), User).identity == "eve"
    with pytest.raises(AuthError):
        as_model(eve, Colleague)


class DotDict:
    """What the server wraps where users were stored encrypted, or were dicts."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self._dict = facts
        self.__dict__.update(facts)

    def dict(self) -> dict[str, Any]:
        return self._dict


def test_a_user_that_the_server_made_from_a_dict_is_one_as_well() -> None:
    stored = SimpleNamespace(_user=DotDict({"identity": "ada", "org": "acme"}))
    assert as_model(stored, Colleague) == Colleague(identity="ada", org="acme")


class Aliased(User):
    org: str = Field(alias="organization")


def test_fields_with_an_alias_survive_the_journey() -> None:
    carried = portable({"identity": "ada", "organization": "acme"}, Aliased)
    assert as_model(carried, Aliased) == Aliased.model_validate(carried.dict())
    assert carried["org"] == "acme"
