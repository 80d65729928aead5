from typing import Any, Literal, get_args, get_origin

import langgraph_sdk.schema as official
import pytest

import graphwire_core.models as ours
from graphwire_stream import parts

# Names that the official module has only because it imports them, or for its own use.
NOT_SCHEMAS = {
    "Any", "ClassVar", "Field", "Literal", "Mapping", "NamedTuple", "NotRequired", "Optional",
    "Protocol", "Sequence", "TypeAlias", "TypedDict", "Union", "annotations", "datetime",
}  # fmt: skip

NAMES = sorted(
    name for name in vars(official) if not name.startswith("_") and name not in NOT_SCHEMAS
)
WORDS = [
    name for name in NAMES if name in vars(ours) and get_origin(getattr(official, name)) is Literal
] + ["ThreadStateSelectField"]


@pytest.mark.parametrize("name", NAMES)
def test_every_official_schema_has_a_namesake(name: str) -> None:
    assert name in ours.__all__ or name in parts.__all__


@pytest.mark.parametrize("name", WORDS)
def test_every_official_word_is_known(name: str) -> None:
    assert words(getattr(official, name)) <= words(getattr(ours, name))


@pytest.mark.parametrize("module", [ours, parts])
def test_the_surface_is_sorted_and_complete(module: Any) -> None:
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def words(alias: Any) -> set[str]:
    found = set()
    for argument in get_args(alias):
        found |= {argument} if isinstance(argument, str) else words(argument)
    return found
