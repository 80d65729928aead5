"""Try the rules of a deployment without a server."""

import pytest

from docs_src.auth.app.auth import Member, auth
from graphwire_auth import HTTPException
from graphwire_auth.testing import authenticate, check, coverage

ADA = Member(identity="ada", org="acme", permissions=("write",))


async def test_a_thread_belongs_to_whoever_creates_it() -> None:
    value = {"metadata": {"owner": "bob"}}
    decision = await check(auth, user=ADA, resource="threads", action="create", value=value)
    assert decision.value["metadata"] == {"owner": "ada", "org": "acme"}


async def test_nobody_sees_the_threads_of_others() -> None:
    decision = await check(auth, user=ADA, resource="threads", action="read")
    assert decision.sees({"owner": "ada", "org": "acme"})
    assert not decision.sees({"owner": "bob", "org": "acme"})


async def test_a_caller_without_a_token_is_refused() -> None:
    with pytest.raises(HTTPException, match="401"):
        await authenticate(auth, headers={})


def test_what_no_rule_covers_is_known() -> None:
    report = coverage(auth)
    assert report.uncovered == [
        "assistants.create",
        "assistants.update",
        "assistants.delete",
        "crons.create",
        "crons.read",
        "crons.update",
        "crons.delete",
        "crons.search",
    ]
