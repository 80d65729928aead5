"""Every public name and keyword of the official SDK is here, or `coverage.toml` says why not."""

from __future__ import annotations

import inspect
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import langgraph_sdk
import langgraph_sdk.client
import langgraph_sdk.schema
import pytest
from pydantic import BaseModel
from tests.contract.official import names, set_by_constructor
from tests.contract.signatures import keywords, positional

CHECKLIST = tomllib.loads(Path(__file__).with_name("coverage.toml").read_text())
MAPPED: dict[str, str] = CHECKLIST["names"]
REASONS: dict[str, str] = {
    name: reason["why"] for reason in CHECKLIST["reasons"] for name in reason["names"]
}
OFFICIAL = names()
SIGNATURES = [
    name
    for name in sorted(OFFICIAL)
    if name not in REASONS and (name in MAPPED or name.rpartition(".")[0] in MAPPED)
]


def found(name: str) -> Any:
    """Return the object that a dotted name stands for."""
    module, attributes = name, list[str]()
    while True:
        try:
            value: Any = import_module(module)
        except ModuleNotFoundError:
            module, _, attribute = module.rpartition(".")
            attributes.insert(0, attribute)
            continue
        for attribute in attributes:
            if isinstance(value, ModuleType):  # its names may be imported when they are asked for
                value = getattr(value, attribute)
            else:
                value = inspect.getattr_static(value, attribute)
        return value


def owner(name: str) -> str | None:
    """Return the class that the checklist lists and that a name is a member of."""
    parent = name.rpartition(".")[0]
    while parent:
        if parent in MAPPED or parent in REASONS:
            return parent
        parent = parent.rpartition(".")[0]
    return None


def has_member(kind: Any, name: str) -> bool:
    """Tell whether a class has a member: a method, a property, a field or an attribute."""
    if isinstance(kind, type) and issubclass(kind, Exception):
        return hasattr(kind("message"), name)
    fields = kind.model_fields if issubclass(kind, BaseModel) else {}
    return name in fields or hasattr(kind, name) or name in set_by_constructor(kind)


def functions() -> Iterator[tuple[str, Callable[..., Any], Callable[..., Any]]]:
    """Pair each official function and method with ours."""
    for name in SIGNATURES:
        parent, _, member = name.rpartition(".")
        if name in MAPPED:
            theirs, ours = found(name), found(MAPPED[name])
        else:
            theirs = found(name) if not is_field(parent, member) else None
            ours = inspect.getattr_static(found(MAPPED[parent]), member, None)
        if inspect.isfunction(theirs):
            yield name, theirs, ours


def is_field(parent: str, member: str) -> bool:
    return not hasattr(found(parent), member)


FUNCTIONS = [pytest.param(theirs, ours, id=name) for name, theirs, ours in functions()]


def literals() -> dict[str, tuple[set[str], set[str]]]:
    """Return the words of each alias of the official schema, and of ours."""
    aliases = {name.rpartition(".")[2]: (found(name), found(ours)) for name, ours in MAPPED.items()}
    every = {name: (words(theirs), words(ours)) for name, (theirs, ours) in aliases.items()}
    return {name: pair for name, pair in every.items() if pair[0]}


def words(alias: Any) -> set[str]:
    """Return the words of a `Literal`, which may stand in a union."""
    if get_origin(alias) is Literal:
        return {word for word in get_args(alias) if isinstance(word, str)}
    if isinstance(alias, type) or get_origin(alias) in (dict, list, tuple):
        return set()
    return set().union(*map(words, get_args(alias)))


WORDS = literals()


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_a_public_name_is_mapped_or_has_a_reason(name: str) -> None:
    listed = name in MAPPED or name in REASONS
    parent = owner(name)

    assert listed or parent, f"{name} is in neither part of coverage.toml"
    if listed or parent is None or parent in REASONS:
        return
    member = name.removeprefix(f"{parent}.")
    assert has_member(found(MAPPED[parent]), member), f"{MAPPED[parent]} has no {member}"


@pytest.mark.parametrize("name", sorted(MAPPED))
def test_a_mapped_name_exists_on_both_sides(name: str) -> None:
    assert name in OFFICIAL
    assert found(MAPPED[name]) is not None


def test_a_reason_is_given_once_and_for_names_that_exist() -> None:
    given = Counter(name for reason in CHECKLIST["reasons"] for name in reason["names"])

    assert {name for name, times in given.items() if times > 1} == set()
    assert REASONS.keys() & MAPPED.keys() == set()
    assert all(len(why.split()) > 3 for why in REASONS.values())
    for name in REASONS.keys() - OFFICIAL:  # private, and exported nevertheless
        assert found(name) is not None


@pytest.mark.parametrize("module", [langgraph_sdk, langgraph_sdk.client], ids=lambda m: m.__name__)
def test_what_the_official_sdk_exports_is_on_the_checklist(module: Any) -> None:
    for name in module.__all__:
        exported = getattr(module, name)
        home = f"{exported.__module__}.{exported.__qualname__}"
        assert home in MAPPED or home in REASONS, home


@pytest.mark.parametrize(("theirs", "ours"), FUNCTIONS)
def test_every_keyword_of_the_official_sdk_is_taken(
    theirs: Callable[..., Any], ours: Callable[..., Any]
) -> None:
    assert keywords(theirs) - keywords(ours) == set()


@pytest.mark.parametrize(("theirs", "ours"), FUNCTIONS)
def test_what_goes_by_position_goes_by_the_same_one(
    theirs: Callable[..., Any], ours: Callable[..., Any]
) -> None:
    wanted = positional(theirs)

    assert positional(ours)[: len(wanted)] == wanted


def test_functions_and_words_were_found() -> None:
    assert len(FUNCTIONS) == 111
    assert len(WORDS) == 26


@pytest.mark.parametrize("alias", WORDS)
def test_every_word_of_the_official_sdk_is_taken(alias: str) -> None:
    theirs, ours = WORDS[alias]

    assert theirs - ours == set()
