"""The contract suite leaves nothing out: every method and keyword of every resource is called."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from tests.contract.signatures import keywords, methods, options, positional, resources

from graphwire import AsyncClient, Client

HERE = Path(__file__).parent
COLOURS: dict[str, type[Any]] = {"_async": AsyncClient, "_sync": Client}
CALLS = [
    pytest.param(colour, resource, method, id=f"{colour}-{resource}.{method}")
    for colour, client in COLOURS.items()
    for resource, kind in resources(client).items()
    for method in methods(kind)
]
ELSEWHERE = {"headers", "params"}
"""Keywords of every method, which one test of each resource passes."""

Calls = dict[tuple[str, str], set[str]]


def called(colour: str) -> Calls:
    """Collect the `client.<resource>.<method>(...)` in the tests, with the arguments given."""
    found: Calls = {}
    for path in (HERE / colour).glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(value=ast.Name(id="client"), attr=resource), attr=method
                    )
                ):
                    given = {keyword.arg for keyword in node.keywords if keyword.arg}
                    names = positional(methods(resources(COLOURS[colour])[resource])[method])
                    given.update(names[: len(node.args)])
                    found.setdefault((resource, method), set()).update(given)
    return found


CALLED = {colour: called(colour) for colour in COLOURS}


def test_the_resources_are_those_that_are_known() -> None:
    known = {"assistants", "threads", "runs", "crons", "store", "server"}

    assert resources(AsyncClient).keys() == resources(Client).keys() == known


@pytest.mark.parametrize(("colour", "resource", "method"), CALLS)
def test_every_method_is_called(colour: str, resource: str, method: str) -> None:
    assert (resource, method) in CALLED[colour]


@pytest.mark.parametrize(("colour", "resource", "method"), CALLS)
def test_every_keyword_is_passed(colour: str, resource: str, method: str) -> None:
    function = methods(resources(COLOURS[colour])[resource])[method]
    calls = CALLED[colour]
    given = set(calls.get((resource, method), ()))
    if shared := options(function):  # several methods take them; one of them is enough
        given |= shared & set().union(
            *(keys for (one, _), keys in calls.items() if one == resource)
        )

    assert keywords(function) - ELSEWHERE - given == set()


def test_headers_and_params_are_passed_to_each_resource() -> None:
    for colour, client in COLOURS.items():
        for resource in resources(client):
            given = [keys for (owner, _), keys in CALLED[colour].items() if owner == resource]
            assert set.union(*given) >= ELSEWHERE, f"{colour} {resource}"
