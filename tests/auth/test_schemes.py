"""Several ready-made authenticators at once."""

import pytest
from tests.auth.provider import carrying

from graphwire_auth import Connection, HTTPException, User
from graphwire_auth.exceptions import ConfigurationError
from graphwire_auth.schemes import AnyOf, Scheme, refused, unavailable


class Fixed(Scheme):
    def __init__(self, answer: User | HTTPException | None) -> None:
        self.answer = answer

    async def identify(self, _: Connection) -> User | None:
        if isinstance(self.answer, HTTPException):
            raise self.answer
        return self.answer


ADA, BOB = Fixed(User(identity="ada")), Fixed(User(identity="bob"))
NOBODY, BAD, DOWN = Fixed(None), Fixed(refused("x")), Fixed(unavailable("x", retry_after=2))


@pytest.mark.parametrize("schemes", [(ADA, BOB), (NOBODY, ADA), (BAD, ADA), (DOWN, BAD, ADA)])
async def test_the_first_scheme_that_knows_the_caller_decides(schemes: tuple[Scheme, ...]) -> None:
    assert (await AnyOf(*schemes)(carrying())).identity == "ada"


@pytest.mark.parametrize(
    ("schemes", "status"),
    [((NOBODY,), 401), ((BAD, NOBODY), 401), ((NOBODY, BAD), 401), ((BAD, DOWN), 503)],
)
async def test_when_none_knows_the_caller_an_outage_says_most(
    schemes: tuple[Scheme, ...], status: int
) -> None:
    with pytest.raises(HTTPException) as caught:
        await AnyOf(*schemes)(carrying())
    assert caught.value.status_code == status


async def test_nothing_but_a_refusal_is_passed_over() -> None:
    class Broken(Scheme):
        async def identify(self, _: Connection) -> User | None:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await AnyOf(Broken(), ADA)(carrying())


def test_schemes_are_needed_and_nothing_else_is_taken() -> None:
    with pytest.raises(ConfigurationError):
        AnyOf()
    with pytest.raises(ConfigurationError):
        AnyOf(ADA, lambda _: "eve")  # type: ignore[arg-type]  # what the test is about
