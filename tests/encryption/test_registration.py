"""What is checked when a handler is registered."""

import functools
from typing import Any

import pytest

from graphwire_encryption import DuplicateHandlerError, Encryption, EncryptionContext
from graphwire_encryption.exceptions import RegistrationError

DECORATORS = ["encrypt.blob", "decrypt.blob", "encrypt.json", "decrypt.json", "context"]


def decorator(encryption: Encryption, name: str) -> Any:
    return functools.reduce(getattr, name.split("."), encryption)


async def handler(ctx: Any, data: Any) -> Any:
    return data


@pytest.mark.parametrize("name", DECORATORS)
def test_a_decorator_returns_the_function_and_registers_it(name: str) -> None:
    encryption = Encryption()
    assert decorator(encryption, name)(handler) is handler
    assert repr(encryption) == f"Encryption(handlers=[{name}])"


@pytest.mark.parametrize("name", DECORATORS)
def test_a_second_handler_of_a_kind_is_refused_and_the_first_one_stays(name: str) -> None:
    encryption = Encryption()
    decorator(encryption, name)(handler)

    async def other(ctx: Any, data: Any) -> Any:
        return data

    with pytest.raises(DuplicateHandlerError, match=rf"other: the {name} handler is already hand"):
        decorator(encryption, name)(other)
    assert encryption.handlers.get(encryption.handlers.kinds()[0]) is handler


@pytest.mark.parametrize("name", DECORATORS)
def test_a_handler_that_is_not_async_is_refused(name: str) -> None:
    def plain(ctx: Any, data: Any) -> Any:
        return data

    with pytest.raises(RegistrationError, match=rf"plain: expected `async def .*{name}.*not async"):
        decorator(Encryption(), name)(plain)


async def no_parameters() -> None: ...
async def one_parameter(ctx: Any) -> None: ...
async def three_parameters(ctx: Any, data: Any, more: Any = None) -> None: ...
async def only_keywords(*, ctx: Any, data: Any) -> None: ...
async def anything(*args: Any, **options: Any) -> None: ...


@pytest.mark.parametrize("name", DECORATORS)
@pytest.mark.parametrize(
    ("wrong", "count"),
    [
        (no_parameters, 0),
        (one_parameter, 1),
        (three_parameters, 3),
        (only_keywords, 0),
        (anything, 0),
    ],
)
def test_a_handler_takes_two_positional_parameters(name: str, wrong: Any, count: int) -> None:
    with pytest.raises(RegistrationError, match=rf"{wrong.__name__}: .*got {count} parameters"):
        decorator(Encryption(), name)(wrong)


def test_a_required_keyword_is_refused_because_nobody_would_give_it() -> None:
    async def wants_more(ctx: Any, data: Any, *, key: bytes) -> Any:
        return data

    with pytest.raises(RegistrationError, match="the keyword 'key' as well"):
        decorator(Encryption(), "encrypt.blob")(wants_more)


def test_optional_keywords_methods_and_callable_objects_are_fine() -> None:
    class Handlers:
        async def encrypt(self, ctx: EncryptionContext, data: bytes, *, times: int = 1) -> bytes:
            return data * times if ctx.model else data

        async def __call__(self, ctx: EncryptionContext, data: bytes) -> bytes:
            return data if ctx.model else b""

    encryption = Encryption()
    encryption.encrypt.blob(Handlers().encrypt)
    encryption.decrypt.blob(Handlers())
    assert repr(encryption) == "Encryption(handlers=[encrypt.blob, decrypt.blob])"


@pytest.mark.parametrize("wrong", [None, "text", 7])
def test_something_that_cannot_be_called_is_refused(wrong: Any) -> None:
    with pytest.raises(RegistrationError, match=f"got {type(wrong).__name__}"):
        Encryption().encrypt.json(wrong)


def test_registration_errors_are_type_errors_as_in_the_servers_own_sdk() -> None:
    assert issubclass(DuplicateHandlerError, TypeError)
    assert Encryption.types.EncryptionContext is EncryptionContext
    assert Encryption.exceptions.DuplicateHandlerError is DuplicateHandlerError
